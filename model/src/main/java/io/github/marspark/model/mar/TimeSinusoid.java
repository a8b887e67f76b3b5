package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Threads;

/** The embedding of time steps by cosines and sines of falling frequency, before the network learns from it. */
final class TimeSinusoid {
    /** Values an embedding. */
    static final int SIZE = 256;

    private static final int HALF = SIZE / 2;
    private static final double LONGEST_PERIOD = 10000;

    /** Rows below which a second thread costs more than it brings. */
    private static final int ROWS = 16;

    private TimeSinusoid() {}

    /**
     * {@code cos(t f_i)} then {@code sin(t f_i)}, {@code f_i = 10000^(-i / 128)}, {@code i = 0 … 127}, with angles
     * rounded to float32 as the reference's are.
     *
     * @return {@code (timesteps.length, 256)}, row after row
     */
    static float[] of(int[] timesteps, Threads threads) {
        float[] values = new float[timesteps.length * SIZE];
        threads.split(timesteps.length, ROWS, (from, to) -> {
            for (int i = 0; i < HALF; i++) {
                float frequency = (float) Math.exp((float) -Math.log(LONGEST_PERIOD) * i / HALF);
                for (int row = from; row < to; row++) {
                    float angle = timesteps[row] * frequency;
                    values[row * SIZE + i] = (float) Math.cos(angle);
                    values[row * SIZE + HALF + i] = (float) Math.sin(angle);
                }
            }
        });
        return values;
    }
}
