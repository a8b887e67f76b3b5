package io.github.marspark.model.optimization;

import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.stream.IntStream;

/**
 * How far two float32 optimisers may come apart that are given the same gradients, and how far at most whatever they are
 * given.
 *
 * <p>A step rounds a parameter three times (decay, difference, and the factor of the decay itself) and what it moves, a
 * learning rate at the most, a dozen times. A moment is rounded four times a step, an average three times.
 *
 * @param steps number of steps taken
 * @param rate learning rate of each
 */
public record AdamWLimits(int steps, double rate) {
    private static final int OF_MOVE = 12;

    /** Of a parameter. */
    public double parameter(double value) {
        return RoundingLimit.of(3 * steps) * Math.abs(value) + steps * rate * RoundingLimit.of(OF_MOVE);
    }

    /** Of a parameter's moving average. */
    public double average(double value) {
        return RoundingLimit.of(6 * steps) * (Math.abs(value) + steps * rate);
    }

    /** Of a gradient's or squared gradient's moving average. */
    public double moment(double value) {
        return RoundingLimit.of(4 * steps) * Math.abs(value);
    }

    /**
     * How far apart two parameters can be after the steps if their gradients have nothing to do with each other. In step t a
     * parameter moves by {@code rate sum_i a_i g_i / sqrt(sum_i b_i g_i²)}, which is at most {@code rate sqrt(sum_i a_i² /
     * b_i)}, where the two moments weigh the gradient of step i by {@code a_i} and {@code b_i}.
     */
    public double apart(double beta1, double beta2) {
        return 2
                * rate
                * IntStream.rangeClosed(1, steps)
                        .mapToDouble(step -> largestMove(beta1, beta2, step))
                        .sum();
    }

    private static double largestMove(double beta1, double beta2, int step) {
        return Math.sqrt(IntStream.range(0, step)
                .mapToDouble(age -> Math.pow(weight(beta1, age, step), 2) / weight(beta2, age, step))
                .sum());
    }

    private static double weight(double beta, int age, int step) {
        return (1 - beta) * Math.pow(beta, age) / (1 - Math.pow(beta, step));
    }
}
