package io.github.marspark.jobs.recipe;

/** What happens when a loss or a gradient is infinite or no number. */
public enum NonFinite {
    /** The training ends; its last checkpoint stays. */
    STOP,
    /** The step changes nothing, is reported, and the training goes on. */
    SKIP
}
