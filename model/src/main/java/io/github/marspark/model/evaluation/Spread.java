package io.github.marspark.model.evaluation;

import java.util.stream.DoubleStream;

/**
 * Mean and population standard deviation of some values.
 *
 * @param mean of them
 * @param deviation root of the mean squared difference from the mean
 */
public record Spread(double mean, double deviation) {
    /**
     * The spread of values.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Spread of(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("there are no values to take a mean of");
        }
        double mean = DoubleStream.of(values).sum() / values.length;
        double squares = DoubleStream.of(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new Spread(mean, Math.sqrt(squares / values.length));
    }
}
