package io.github.marspark.jobs.recipe;

/** How the rate of the moving average of the parameters behaves. */
public enum EmaSchedule {
    /** The same from the first step on. */
    CONSTANT,
    /** {@code min(rate, (1 + step) / (10 + step))}, so that short runs forget where they started. */
    WARMUP
}
