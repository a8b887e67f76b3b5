package io.github.marspark.data.image;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * An image of 8-bit red, green and blue samples, {@code (H, W, 3)}, row by row from the top left.
 *
 * <p>Not changed after construction, so safe to share between threads as long as nobody writes to the array behind
 * {@link #samples()}.
 */
public final class RgbImage {
    /** Samples of a pixel. */
    public static final int CHANNELS = 3;

    private static final float[] NORMALIZED = normalizedLevels();

    private final int width;
    private final int height;
    private final byte[] samples;

    /**
     * Wraps the samples without copying them.
     *
     * @param width columns, at least 1
     * @param height rows, at least 1
     * @param samples unsigned bytes, {@code (height, width, 3)}
     * @throws IllegalArgumentException if a side is not positive or the array is not of that size
     */
    public RgbImage(int width, int height, byte[] samples) {
        requirePositive("width", width);
        requirePositive("height", height);
        if (samples.length != (long) width * height * CHANNELS) {
            throw new IllegalArgumentException("samples has " + samples.length + " bytes, must have " + width + " x "
                    + height + " x 3 = " + (long) width * height * CHANNELS);
        }
        this.width = width;
        this.height = height;
        this.samples = samples;
    }

    /**
     * Repeats grey levels in all three channels.
     *
     * @param width columns
     * @param height rows
     * @param levels unsigned bytes, {@code (height, width)}
     * @return the image
     * @throws IllegalArgumentException if the array is not of that size
     */
    public static RgbImage ofGrey(int width, int height, byte[] levels) {
        byte[] samples = new byte[CHANNELS * levels.length];
        for (int at = 0; at < samples.length; at++) {
            samples[at] = levels[at / CHANNELS];
        }
        return new RgbImage(width, height, samples);
    }

    /**
     * Turns a network's output back into an image.
     *
     * @param values {@code (3, height, width)}; -1 is black, 1 is full, values outside are clamped
     * @param height rows
     * @param width columns
     * @return the image, each value rounded to the nearest level
     * @throws IllegalArgumentException if the array is not of that size
     */
    public static RgbImage fromNormalized(float[] values, int height, int width) {
        int area = height * width;
        if (values.length != CHANNELS * area) {
            throw new IllegalArgumentException("values has " + values.length + " numbers, must have 3 x " + height
                    + " x " + width + " = " + CHANNELS * area);
        }
        byte[] samples = new byte[CHANNELS * area];
        for (int pixel = 0; pixel < area; pixel++) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                samples[pixel * CHANNELS + channel] = level(values[channel * area + pixel]);
            }
        }
        return new RgbImage(width, height, samples);
    }

    /**
     * {@return columns, in pixels}
     */
    public int width() {
        return width;
    }

    /**
     * {@return rows, in pixels}
     */
    public int height() {
        return height;
    }

    /**
     * {@return the unsigned bytes themselves, {@code (H, W, 3)}, not a copy: not to be written to}
     */
    public byte[] samples() {
        return samples;
    }

    /**
     * The level of one sample.
     *
     * @param x column, from 0
     * @param y row, from 0
     * @param channel 0 red, 1 green, 2 blue
     * @return 0 to 255
     */
    public int level(int x, int y, int channel) {
        return samples[(y * width + x) * CHANNELS + channel] & 0xff;
    }

    /**
     * {@return the image with left and right exchanged}
     */
    public RgbImage mirrored() {
        byte[] mirrored = new byte[samples.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                copyPixel((y * width + x) * CHANNELS, mirrored, (y * width + width - 1 - x) * CHANNELS);
            }
        }
        return new RgbImage(width, height, mirrored);
    }

    /**
     * The image as a network takes it: {@code (level / 255 - 0.5) / 0.5} in single precision.
     *
     * @return {@code (3, H, W)}, from -1 to 1
     */
    public float[] normalized() {
        int area = width * height;
        float[] values = new float[CHANNELS * area];
        for (int channel = 0, to = 0; channel < CHANNELS; channel++) {
            for (int from = channel; from < samples.length; from += CHANNELS, to++) {
                values[to] = NORMALIZED[samples[from] & 0xff];
            }
        }
        return values;
    }

    /**
     * {@return a copy as a Java image of type {@code TYPE_INT_RGB}}
     */
    public BufferedImage toBufferedImage() {
        int[] pixels = new int[width * height];
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            int at = pixel * CHANNELS;
            pixels[pixel] = (samples[at] & 0xff) << 16 | (samples[at + 1] & 0xff) << 8 | (samples[at + 2] & 0xff);
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.getRaster().setDataElements(0, 0, width, height, pixels);
        return image;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage image && image.width == width && Arrays.equals(image.samples, samples);
    }

    @Override
    public int hashCode() {
        return 31 * width + Arrays.hashCode(samples);
    }

    @Override
    public String toString() {
        return "RgbImage[" + width + " x " + height + "]";
    }

    private void copyPixel(int from, byte[] target, int to) {
        target[to] = samples[from];
        target[to + 1] = samples[from + 1];
        target[to + 2] = samples[from + 2];
    }

    private static byte level(float normalized) {
        return (byte) Math.rint(Math.min(Math.max((normalized + 1) / 2 * 255, 0), 255));
    }

    private static float[] normalizedLevels() {
        float[] values = new float[256];
        for (int level = 0; level < values.length; level++) {
            values[level] = (level / 255f - 0.5f) / 0.5f;
        }
        return values;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
