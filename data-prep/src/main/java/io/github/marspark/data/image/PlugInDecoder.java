package io.github.marspark.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes by the plug-ins of Image I/O, which take much that is no whole image: what they do not look at is checked here.
 *
 * @param format of the files
 * @param limits the sizes that are taken
 */
record PlugInDecoder(ImageFormat format, ImageLimits limits) {
    /**
     * Decodes one image.
     *
     * @throws ImageRejected if its size is not allowed, or it is damaged, cut short or of an unusual kind
     */
    RgbImage decode(byte[] bytes) throws ImageRejected {
        DecoderWarnings warnings = new DecoderWarnings();
        try {
            RgbImage image = read(bytes, warnings);
            warnings.check();
            return image;
        } catch (IOException | RuntimeException failure) {
            warnings.check();
            throw rejected(failure);
        }
    }

    private RgbImage read(byte[] bytes, DecoderWarnings warnings) throws IOException, ImageRejected {
        return switch (format) {
            case JPEG -> {
                JpegColors.checkKind(bytes);
                yield read(ImageReaders.create(format), JpegColors.explicit(bytes), warnings, this::whole);
            }
            case TIFF -> {
                TiffVariant variant = new TiffVariant(TiffPage.of(bytes));
                variant.check();
                ImageReader reader = variant.isFax() ? ImageReaders.createForFax() : ImageReaders.create(format);
                yield read(reader, bytes, warnings, plugIn -> page(plugIn, variant));
            }
            case GIF -> read(ImageReaders.create(format), bytes, warnings, reader -> onScreen(reader, bytes));
            case PNG -> read(ImageReaders.create(format), bytes, warnings, reader -> chunks(reader, bytes));
            case BMP -> {
                BmpHeader.check(bytes);
                yield read(ImageReaders.create(format), bytes, warnings, this::whole);
            }
            case WEBP -> throw new IllegalStateException("WebP is decoded by libwebp");
        };
    }

    /** How an image is taken from a plug-in that has its file. */
    private interface Reading {
        RgbImage of(ImageReader reader) throws IOException, ImageRejected;
    }

    private static RgbImage read(ImageReader reader, byte[] bytes, DecoderWarnings warnings, Reading reading)
            throws IOException, ImageRejected {
        try (ImageInputStream input = new ImageBytes(bytes)) {
            reader.addIIOReadWarningListener(warnings);
            reader.setInput(input, true, true);
            return reading.of(reader);
        } finally {
            reader.dispose();
        }
    }

    private RgbImage whole(ImageReader reader) throws IOException, ImageRejected {
        limits.check(reader.getWidth(0), reader.getHeight(0));
        return PixelConversion.toRgb(reader.read(0));
    }

    private RgbImage onScreen(ImageReader reader, byte[] bytes) throws IOException, ImageRejected {
        GifFrame frame = GifFrame.of(bytes);
        limits.check(frame.screen().width(), frame.screen().height());
        return frame.screen().with(PixelConversion.toRgb(reader.read(0)));
    }

    private RgbImage chunks(ImageReader reader, byte[] bytes) throws IOException, ImageRejected {
        PngChunks.checkKind(bytes);
        limits.check(reader.getWidth(0), reader.getHeight(0));
        PngChunks.check(bytes);
        return PixelConversion.toRgb(reader.read(0));
    }

    private RgbImage page(ImageReader reader, TiffVariant variant) throws IOException, ImageRejected {
        limits.check(reader.getWidth(0), reader.getHeight(0));
        try {
            return PixelConversion.toRgb(TiffPixels.read(reader, variant));
        } catch (IndexOutOfBoundsException failure) {
            if (variant.isFax()) {
                throw new ImageRejected(
                        RejectReason.TRUNCATED,
                        "ends before its image does, or is damaged: too few fax codes",
                        failure);
            }
            throw failure;
        }
    }

    private ImageRejected rejected(Exception failure) {
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
