package io.github.marspark.jobs.recipe;

/** Which parameters draw the images. */
public enum SampledWeights {
    /** Their exponential moving average. */
    EMA,
    /** Those of the last step. */
    RAW
}
