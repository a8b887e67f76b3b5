package io.github.marspark.model.optimization;

import java.nio.FloatBuffer;
import java.util.stream.DoubleStream;

/**
 * Clips a gradient by its global norm: every element times {@code min(1, maximum / (norm + 1e-6))}. The norm is over all
 * parameters; parts of it are summed up on their own. Immutable and thread-safe.
 *
 * @param maximum largest norm left alone, positive; infinite for no clipping; the paper's is 3
 */
public record GradientClipping(double maximum) {
    private static final double STABILITY = 1e-6;
    private static final int BLOCK = 2048;
    private static final int LANES = 4;

    /**
     * Checks the maximum.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public GradientClipping {
        if (!(maximum > 0)) {
            throw new IllegalArgumentException(
                    "maximum gradient norm is " + maximum + ", must be positive, or infinite for no clipping");
        }
    }

    /**
     * A part of the squared norm, in float64.
     *
     * @param gradient any floats
     * @param offset first index
     * @param length how many
     * @return the sum of the squares
     */
    public static double sumOfSquares(FloatBuffer gradient, int offset, int length) {
        float[] block = new float[BLOCK];
        double sum = 0;
        for (int done = 0; done < length; done += BLOCK) {
            int size = Math.min(BLOCK, length - done);
            gradient.get(offset + done, block, 0, size);
            sum += sumOfSquares(block, size);
        }
        return sum;
    }

    /** Four sums side by side, so that an addition need not wait for the one before it. */
    private static double sumOfSquares(float[] block, int size) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int even = size - size % LANES;
        for (int i = 0; i < even; i += LANES) {
            sum0 += (double) block[i] * block[i];
            sum1 += (double) block[i + 1] * block[i + 1];
            sum2 += (double) block[i + 2] * block[i + 2];
            sum3 += (double) block[i + 3] * block[i + 3];
        }
        for (int i = even; i < size; i++) {
            sum0 += (double) block[i] * block[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    /**
     * The norm of the whole gradient.
     *
     * @param sumsOfSquares of its parts
     * @return the square root of their sum
     */
    public static double norm(double... sumsOfSquares) {
        return Math.sqrt(DoubleStream.of(sumsOfSquares).sum());
    }

    /**
     * What to multiply the gradient by.
     *
     * @param norm of the whole gradient
     * @return a factor in (0, 1]
     * @throws IllegalArgumentException when the norm is not finite, because an element of the gradient is not
     */
    public double coefficient(double norm) {
        if (!Double.isFinite(norm)) {
            throw new IllegalArgumentException("gradient norm is " + norm + ", must be finite");
        }
        return Double.isInfinite(maximum) ? 1 : Math.min(1, maximum / (norm + STABILITY));
    }
}
