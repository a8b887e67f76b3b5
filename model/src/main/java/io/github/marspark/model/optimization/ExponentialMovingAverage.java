package io.github.marspark.model.optimization;

/**
 * How slowly the moving average of the parameters follows them: {@code average = rate average + (1 - rate) parameter}
 * after every step, beginning with a copy. Immutable and thread-safe.
 *
 * @param rate in [0, 1]; the paper's is 0.9999
 * @param start what the first steps use
 */
public record ExponentialMovingAverage(double rate, Start start) {
    /** The rate of the first steps. */
    public enum Start {
        /** The full rate at once, the reference's. A short training's average still holds the initial parameters. */
        FULL,
        /** {@code min(rate, (1 + step) / (10 + step))}, so that the average forgets the initial parameters. */
        WARMED_UP
    }

    /**
     * Checks the rate.
     *
     * @throws IllegalArgumentException when it is not in [0, 1]
     */
    public ExponentialMovingAverage {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("rate of the moving average is " + rate + ", must be in [0, 1]");
        }
    }

    /**
     * The rate of a step.
     *
     * @param step number of the step, from 0
     * @return the share of the average that is kept
     */
    public double at(long step) {
        return start == Start.FULL ? rate : Math.min(rate, (1.0 + step) / (10.0 + step));
    }
}
