package io.github.marspark.data.image;

import static io.github.marspark.data.image.RgbImage.CHANNELS;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.function.IntUnaryOperator;

/**
 * Brings what a decoder returns to 8-bit red, green and blue; transparency shows white.
 *
 * <p>Grey and RGB samples are taken as they are and only rescaled to 8 bits. {@link BufferedImage#getRGB} would take
 * grey for linear light and brighten it: a sample of 110 would come out as 175.
 */
final class PixelConversion {
    private static final int WHITE = 255;

    private PixelConversion() {}

    /**
     * Converts an image, whose samples may be overwritten.
     *
     * @throws ImageRejected if its samples are neither 8 nor 16 bits wide integers nor a palette
     */
    static RgbImage toRgb(BufferedImage image) throws ImageRejected {
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
                && image.getRaster().getDataBuffer() instanceof DataBufferByte buffer
                && buffer.getData().length == image.getWidth() * image.getHeight() * CHANNELS) {
            return fromBgr(image.getWidth(), image.getHeight(), buffer.getData());
        }
        ColorModel model = image.getColorModel();
        if (model instanceof IndexColorModel palette) {
            return eachSample(image.getRaster(), palette::getRGB);
        }
        if (model instanceof ComponentColorModel && isGreyOrRgb(model)) {
            return fromComponents(image.getRaster(), model);
        }
        if (model instanceof ComponentColorModel && model.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
            return fromInks(image.getRaster(), model);
        }
        return fromPacked(image);
    }

    /** Puts a row of red, green, blue and alpha samples over white. */
    static void putOverWhite(byte[] row, byte[] samples, int start) {
        for (int from = 0, to = start; from < row.length; from += CHANNELS + 1, to += CHANNELS) {
            int alpha = row[from + CHANNELS] & 0xff;
            for (int channel = 0; channel < CHANNELS; channel++) {
                samples[to + channel] = (byte) overWhite(row[from + channel] & 0xff, alpha, WHITE);
            }
        }
    }

    /** Swaps the first and third sample of every pixel in place. */
    private static RgbImage fromBgr(int width, int height, byte[] samples) {
        for (int at = 0; at < samples.length; at += CHANNELS) {
            byte blue = samples[at];
            samples[at] = samples[at + 2];
            samples[at + 2] = blue;
        }
        return new RgbImage(width, height, samples);
    }

    private static boolean isGreyOrRgb(ColorModel model) {
        int type = model.getColorSpace().getType();
        return type == ColorSpace.TYPE_GRAY || type == ColorSpace.TYPE_RGB;
    }

    /** One band of palette entries. */
    private static RgbImage eachSample(Raster raster, IntUnaryOperator argbOf) {
        int width = raster.getWidth();
        byte[] samples = new byte[width * raster.getHeight() * CHANNELS];
        int[] row = new int[width];
        for (int y = 0, to = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++, to += CHANNELS) {
                putOverWhite(argbOf.applyAsInt(row[x]), samples, to);
            }
        }
        return new RgbImage(width, raster.getHeight(), samples);
    }

    /** Inks that cover each other, without a profile of inks, as Pillow does it. */
    private static RgbImage fromInks(Raster raster, ColorModel model) throws ImageRejected {
        int full = fullLevel(raster, model);
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        byte[] samples = new byte[width * raster.getHeight() * CHANNELS];
        int[] row = new int[width * bands];
        for (int y = 0, to = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int from = 0; from < row.length; from += bands) {
                int light = full - row[from + CHANNELS];
                int alpha = model.hasAlpha() ? row[from + CHANNELS + 1] : full;
                for (int channel = 0; channel < CHANNELS; channel++, to++) {
                    int ink = (int) (((long) row[from + channel] * light + full / 2) / full);
                    samples[to] = (byte) overWhite(light - ink, alpha, full);
                }
            }
        }
        return new RgbImage(width, raster.getHeight(), samples);
    }

    /** Whatever else Java can show, through its own colour conversion. */
    private static RgbImage fromPacked(BufferedImage image) {
        int width = image.getWidth();
        byte[] samples = new byte[width * image.getHeight() * CHANNELS];
        int[] row = new int[width];
        for (int y = 0, to = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++, to += CHANNELS) {
                putOverWhite(row[x], samples, to);
            }
        }
        return new RgbImage(width, image.getHeight(), samples);
    }

    private static void putOverWhite(int argb, byte[] samples, int to) {
        int alpha = argb >>> 24;
        for (int channel = 0; channel < CHANNELS; channel++) {
            int level = argb >> (16 - 8 * channel) & 0xff;
            samples[to + channel] = (byte) overWhite(level, alpha, WHITE);
        }
    }

    private static RgbImage fromComponents(Raster raster, ColorModel model) throws ImageRejected {
        int full = fullLevel(raster, model);
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        byte[] samples = new byte[width * raster.getHeight() * CHANNELS];
        int[] row = new int[width * bands];
        for (int y = 0, to = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int from = 0; from < row.length; from += bands, to += CHANNELS) {
                putComponents(row, from, bands, model, full, samples, to);
            }
        }
        return new RgbImage(width, raster.getHeight(), samples);
    }

    private static int fullLevel(Raster raster, ColorModel model) throws ImageRejected {
        int type = raster.getTransferType();
        if (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT) {
            throw new ImageRejected(
                    RejectReason.UNSUPPORTED, "has samples that are neither 8 nor 16 bits wide integers");
        }
        return (1 << model.getComponentSize(0)) - 1;
    }

    private static void putComponents(
            int[] row, int from, int bands, ColorModel model, int full, byte[] samples, int to) {
        int alpha = model.hasAlpha() ? row[from + bands - 1] : full;
        boolean grey = model.getNumColorComponents() == 1;
        for (int channel = 0; channel < CHANNELS; channel++) {
            int level = row[from + (grey ? 0 : channel)];
            samples[to + channel] = (byte)
                    (model.isAlphaPremultiplied()
                            ? rescaled(level + full - alpha, full)
                            : overWhite(level, alpha, full));
        }
    }

    /** {@code level alpha + white (1 - alpha)}, from 0 to 255, to the nearest. */
    private static int overWhite(int level, int alpha, int full) {
        if (alpha == full) {
            return rescaled(level, full);
        }
        long square = (long) full * full;
        long shown = (long) level * alpha + (long) full * (full - alpha);
        return (int) ((shown * WHITE + square / 2) / square);
    }

    private static int rescaled(int level, int full) {
        return full == WHITE ? level : (int) (((long) level * WHITE + full / 2) / full);
    }
}
