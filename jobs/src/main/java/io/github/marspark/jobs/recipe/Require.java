package io.github.marspark.jobs.recipe;

import io.github.marspark.model.optimization.LearningRateSchedule;
import java.util.List;

/** The checks of the recipe's records; every message begins with the key, so that its line can be found. */
final class Require {
    private Require() {}

    static void that(boolean holds, String key, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("%s is %s, must be %s".formatted(key, value, rule));
        }
    }

    static void atLeast(String key, long value, long least) {
        that(value >= least, key, value, "at least " + least);
    }

    static void atLeast(String key, double value, double least) {
        that(value >= least, key, value, "at least " + least);
    }

    static void positive(String key, double value) {
        that(value > 0 && value < Double.POSITIVE_INFINITY, key, value, "greater than 0");
    }

    static void between(String key, long value, long least, long most) {
        that(value >= least && value <= most, key, value, "from %d to %d".formatted(least, most));
    }

    static void between(String key, double value, double least, double most) {
        that(value >= least && value <= most, key, value, "from %s to %s".formatted(least, most));
    }

    static void fraction(String key, double value) {
        that(value >= 0 && value < 1, key, value, "at least 0.0 and below 1.0");
    }

    static void text(String key, String value) {
        that(!value.isBlank(), key, "empty", "given");
    }

    static void multiple(String key, long value, long divisor, String ofWhat) {
        that(value % divisor == 0, key, value, "a multiple of %d, %s".formatted(divisor, ofWhat));
    }

    static void each(String key, List<Integer> values, int least) {
        that(values.stream().allMatch(value -> value >= least), key, values, "a list of numbers of at least " + least);
    }

    /** The cosine falls from the end of the warm-up to the last step. */
    static void warmupWithin(LearningRateSchedule schedule, long warmupSteps, long steps) {
        atLeast("warmup-steps", warmupSteps, 0);
        that(
                schedule != LearningRateSchedule.COSINE || warmupSteps < steps,
                "warmup-steps",
                warmupSteps,
                "below %d, the steps of the cosine schedule".formatted(steps));
    }
}
