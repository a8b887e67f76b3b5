package io.github.marspark.model.optimization;

/**
 * How slowly the moving average of the parameters follows them: {@code average = rate average + (1 - rate) parameter}
 * after every step, beginning with a copy. Immutable and thread-safe.
 *
 * @param rate in [0, 1]; the paper's is 0.9999
 * @param schedule how the rate is reached
 */
public record ExponentialMovingAverage(double rate, Schedule schedule) {
    /** How the rate is reached. */
    public enum Schedule {
        /** At once, as the reference does. A short training's average still holds the initial parameters. */
        CONSTANT {
            @Override
            double at(double rate, long step) {
                return rate;
            }
        },
        /** {@code min(rate, (1 + step) / (10 + step))}, so that the average forgets the initial parameters. */
        WARMUP {
            @Override
            double at(double rate, long step) {
                return Math.min(rate, (1.0 + step) / (10.0 + step));
            }
        };

        abstract double at(double rate, long step);
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
        return schedule.at(rate, step);
    }
}
