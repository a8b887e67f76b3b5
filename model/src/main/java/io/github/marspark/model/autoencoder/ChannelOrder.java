package io.github.marspark.model.autoencoder;

/** Turns images that are stored channel after channel into rows of pixels and back. */
final class ChannelOrder {
    private ChannelOrder() {}

    /** {@code (B, C, P)} as {@code (B, P, C)}. */
    static float[] pixelRows(float[] images, int channels, int pixels) {
        return transposed(images, channels, pixels);
    }

    /** {@code (B, P, C)} as {@code (B, C, P)}. */
    static float[] channelPlanes(float[] rows, int channels, int pixels) {
        return transposed(rows, pixels, channels);
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] result = new float[values.length];
        int size = rows * columns;
        for (int start = 0; start < values.length; start += size) {
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < rows; row++) {
                    result[start + column * rows + row] = values[start + row * columns + column];
                }
            }
        }
        return result;
    }
}
