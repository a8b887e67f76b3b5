package io.github.marspark.jobs.recipe;

/** How executors agree on a step. */
public enum GradientSharing {
    /** Every step averages the gradients of all executors exactly. */
    SYNCHRONOUS,
    /** Threshold-encoded updates, exchanged asynchronously by DL4J, for slow networks. */
    DL4J_SHARED
}
