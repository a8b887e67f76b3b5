package io.github.marspark.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of an image file in, upright 8-bit RGB out.
 *
 * <p>JPEG (also CMYK and YCCK), PNG, GIF, BMP, TIFF and WebP, told apart by content. Of several frames or pages the
 * first is taken, on its screen; palettes are resolved, 16 bits rescaled to 8, grey repeated, transparency shows white,
 * and the Exif orientation is applied. A JPEG's embedded colour profile is applied, those of other formats are not.
 * What is cut short or contradicts its checksums is rejected, never half decoded. Immutable and thread-safe.
 *
 * @param limits the sizes that are taken, known from the header before pixels are decoded
 */
public record ImageDecoder(ImageLimits limits) {
    /**
     * Decodes one image.
     *
     * @param bytes the whole file
     * @return the image
     * @throws ImageRejected if it is not taken
     */
    public RgbImage decode(byte[] bytes) throws ImageRejected {
        ImageFormat format = ImageFormat.of(bytes);
        DecoderWarnings warnings = new DecoderWarnings();
        try {
            RgbImage stored = read(format, bytes, warnings);
            warnings.check();
            return ExifOrientation.of(format, bytes).upright(stored);
        } catch (IOException | RuntimeException failure) {
            warnings.check();
            throw rejected(format, failure);
        }
    }

    private RgbImage read(ImageFormat format, byte[] bytes, DecoderWarnings warnings)
            throws IOException, ImageRejected {
        ImageReader reader = ImageReaders.create(format);
        try (ImageInputStream input = new ImageBytes(bytes)) {
            reader.addIIOReadWarningListener(warnings);
            reader.setInput(input, true, true);
            return format == ImageFormat.GIF ? onScreen(reader, bytes) : whole(reader, format, bytes);
        } finally {
            reader.dispose();
        }
    }

    private RgbImage onScreen(ImageReader reader, byte[] bytes) throws IOException, ImageRejected {
        GifFrame frame = GifFrame.of(bytes);
        limits.check(frame.screenWidth(), frame.screenHeight());
        return frame.onScreen(PixelConversion.toRgb(reader.read(0)));
    }

    private RgbImage whole(ImageReader reader, ImageFormat format, byte[] bytes) throws IOException, ImageRejected {
        limits.check(reader.getWidth(0), reader.getHeight(0));
        if (format == ImageFormat.PNG) {
            PngChunks.check(bytes);
        } else if (format == ImageFormat.WEBP) {
            WebpChunks.check(bytes);
        }
        return PixelConversion.toRgb(reader.read(0));
    }

    private static ImageRejected rejected(ImageFormat format, Exception failure) {
        String words = format.title() + " file: " + words(failure);
        if (words.toLowerCase(Locale.ROOT).contains("unsupported")) {
            return new ImageRejected(RejectReason.UNSUPPORTED, "is an unusual " + words, failure);
        }
        return endsEarly(failure)
                ? new ImageRejected(RejectReason.TRUNCATED, "ends before its image does, a " + words, failure)
                : new ImageRejected(RejectReason.CORRUPT, "is a damaged " + words, failure);
    }

    private static boolean endsEarly(@Nullable Throwable failure) {
        return failure != null && (failure instanceof EOFException || endsEarly(failure.getCause()));
    }

    private static String words(Exception failure) {
        String message = failure.getMessage();
        String name = failure.getClass().getSimpleName();
        return message == null ? name : name + ", " + message.replaceAll("\\s+", " ");
    }
}
