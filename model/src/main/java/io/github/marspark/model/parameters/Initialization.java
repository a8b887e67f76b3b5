package io.github.marspark.model.parameters;

import io.github.marspark.model.random.RandomStream;
import java.util.Arrays;

/** How a parameter array starts. */
@FunctionalInterface
public interface Initialization {
    /** All 0. */
    Initialization ZEROS = (values, shape, random) -> Arrays.fill(values, 0);

    /** All 1. */
    Initialization ONES = (values, shape, random) -> Arrays.fill(values, 1);

    /**
     * Uniform within {@code sqrt(6 / (in + out))} of 0, for a matrix {@code (out, in)}.
     *
     * @see <a href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot and Bengio 2010, equation 16</a>
     */
    Initialization XAVIER_UNIFORM =
            (values, shape, random) -> uniform(values, Math.sqrt(6.0 / (shape[0] + fanIn(shape))), random);

    /** Uniform within {@code 1 / sqrt(in)} of 0, for weights whose first dimension counts the outputs. */
    Initialization FAN_IN_UNIFORM = (values, shape, random) -> uniform(values, 1 / Math.sqrt(fanIn(shape)), random);

    /** Normal with mean 0. */
    static Initialization normal(double standardDeviation) {
        return (values, shape, random) -> {
            random.normal(values, 0, values.length);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] * standardDeviation);
            }
        };
    }

    /** Uniform within a bound of 0. */
    static Initialization uniform(double bound) {
        return (values, shape, random) -> uniform(values, bound, random);
    }

    /**
     * Writes the values of an array.
     *
     * @param values all of the array's values
     * @param shape its shape
     * @param random its own stream
     */
    void fill(float[] values, int[] shape, RandomStream random);

    private static void uniform(float[] values, double bound, RandomStream random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
    }

    private static int fanIn(int[] shape) {
        return Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
    }
}
