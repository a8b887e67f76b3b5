package io.github.marspark.model.inception;

/**
 * Images as the network takes them: resized to 299 x 299 pixels by the rule of TensorFlow's first version, bilinear
 * without antialiasing and without a shift by half a pixel, in float32.
 */
public final class InceptionInput {
    /** Height and width of what the network takes. */
    public static final int SIDE = 299;

    /** Red, green and blue. */
    public static final int CHANNELS = 3;

    /** Values of an image that the network takes. */
    public static final int VALUES = SIDE * SIDE * CHANNELS;

    private InceptionInput() {}

    /**
     * Where the outputs along one side lie between pixels of the image.
     *
     * @param low pixel before each output
     * @param high pixel behind it
     * @param share of the pixel behind
     */
    private record Positions(int[] low, int[] high, float[] share) {
        static Positions of(int length) {
            Positions positions = new Positions(new int[SIDE], new int[SIDE], new float[SIDE]);
            float scale = (float) (length / (double) SIDE);
            for (int i = 0; i < SIDE; i++) {
                float place = i * scale;
                int low = (int) place;
                positions.low[i] = low;
                positions.high[i] = Math.min(low + 1, length - 1);
                positions.share[i] = place - low;
            }
            return positions;
        }
    }

    /**
     * Resizes an image.
     *
     * @param samples unsigned bytes, {@code (height, width, 3)}
     * @param target receives {@code (299, 299, 3)} levels from 0 to 255
     * @param offset where the image starts in {@code target}
     * @throws IllegalArgumentException if the samples are not of that size
     */
    public static void resize(byte[] samples, int height, int width, float[] target, int offset) {
        if (height < 1 || width < 1 || samples.length != (long) height * width * CHANNELS) {
            throw new IllegalArgumentException(
                    "samples has " + samples.length + " bytes, must have " + height + " x " + width + " x " + CHANNELS);
        }
        Positions rows = Positions.of(height);
        Positions columns = Positions.of(width);
        for (int y = 0; y < SIDE; y++) {
            int upper = rows.low[y] * width;
            int lower = rows.high[y] * width;
            float share = rows.share[y];
            for (int x = 0; x < SIDE; x++) {
                int left = columns.low[x];
                int right = columns.high[x];
                int place = offset + (y * SIDE + x) * CHANNELS;
                for (int channel = 0; channel < CHANNELS; channel++) {
                    float above = between(
                            samples, (upper + left) * CHANNELS, (upper + right) * CHANNELS, channel, columns.share[x]);
                    float below = between(
                            samples, (lower + left) * CHANNELS, (lower + right) * CHANNELS, channel, columns.share[x]);
                    target[place + channel] = above + (below - above) * share;
                }
            }
        }
    }

    private static float between(byte[] samples, int left, int right, int channel, float share) {
        float first = Byte.toUnsignedInt(samples[left + channel]);
        float second = Byte.toUnsignedInt(samples[right + channel]);
        return first + (second - first) * share;
    }
}
