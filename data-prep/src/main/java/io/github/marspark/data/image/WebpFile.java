package io.github.marspark.data.image;

import java.util.Optional;

/** Decodes WebP files: a still image, or the first frame of an animation on its canvas. */
final class WebpFile {
    private WebpFile() {}

    /**
     * Decodes one image.
     *
     * @throws ImageRejected if its size is not allowed, or it is damaged or cut short
     */
    static RgbImage decode(byte[] bytes, ImageLimits limits) throws ImageRejected {
        Optional<WebpFrame> animated = WebpFrame.of(bytes);
        if (animated.isEmpty()) {
            return Libwebp.decode(bytes, limits);
        }
        WebpFrame frame = animated.get();
        limits.check(frame.screen().width(), frame.screen().height());
        RgbImage image = Libwebp.decode(frame.still(), new ImageLimits(1, limits.maxPixels()));
        if (image.width() != frame.width() || image.height() != frame.height()) {
            throw new ImageRejected(
                    RejectReason.CORRUPT,
                    "has a first frame of " + image.width() + " x " + image.height() + " pixels where " + frame.width()
                            + " x " + frame.height() + " were announced");
        }
        return frame.screen().with(image);
    }
}
