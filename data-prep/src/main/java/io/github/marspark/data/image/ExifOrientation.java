package io.github.marspark.data.image;

import com.twelvemonkeys.imageio.metadata.jpeg.JPEG;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegment;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegmentUtil;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds the Exif orientation of a file. Damaged Exif data turns nothing: the pixels are still good. */
final class ExifOrientation {
    private static final byte[] JPEG_PREFIX = {'E', 'x', 'i', 'f', 0, 0};

    private ExifOrientation() {}

    static Orientation of(ImageFormat format, byte[] bytes) {
        try {
            Optional<byte[]> exif = exif(format, bytes);
            return exif.isPresent() ? TiffPage.of(exif.get()).orientation() : Orientation.NORMAL;
        } catch (IOException | RuntimeException | ImageRejected damaged) {
            return Orientation.NORMAL;
        }
    }

    /** The TIFF structure that holds the tag, if there is one. */
    private static Optional<byte[]> exif(ImageFormat format, byte[] bytes) throws IOException, ImageRejected {
        return switch (format) {
            case JPEG -> inJpeg(bytes);
            case PNG -> PngChunks.exif(bytes).map(ExifOrientation::withoutPrefix);
            case WEBP -> WebpChunks.exif(bytes).map(ExifOrientation::withoutPrefix);
            case TIFF -> Optional.of(bytes);
            case GIF, BMP -> Optional.empty();
        };
    }

    private static Optional<byte[]> inJpeg(byte[] bytes) throws IOException {
        List<JPEGSegment> segments = JPEGSegmentUtil.readSegments(new ImageBytes(bytes), JPEG.APP1, "Exif");
        return segments.isEmpty()
                ? Optional.empty()
                : Optional.of(withoutPrefix(segments.get(0).segmentData().readAllBytes()));
    }

    private static byte[] withoutPrefix(byte[] exif) {
        boolean prefixed = exif.length > JPEG_PREFIX.length && Arrays.mismatch(exif, JPEG_PREFIX) == JPEG_PREFIX.length;
        return prefixed ? Arrays.copyOfRange(exif, JPEG_PREFIX.length, exif.length) : exif;
    }
}
