package io.github.marspark.jobs.recipe;

import io.github.marspark.model.optimization.ExponentialMovingAverage;

/**
 * The exponential moving average of the parameters, from which images are drawn.
 *
 * @param rate share of the average kept in each step
 * @param schedule whether the rate is reached gradually
 */
public record EmaRecipe(
        @Describe(value = "share of the moving average kept in each step", byDefault = "0.9999")
        double rate,

        @Describe(value = "whether the rate is reached gradually", byDefault = "constant")
        ExponentialMovingAverage.Schedule schedule) {
    /** Checks each value. */
    public EmaRecipe {
        Require.fraction("rate", rate);
    }
}
