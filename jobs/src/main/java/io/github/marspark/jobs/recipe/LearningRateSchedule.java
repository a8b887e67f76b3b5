package io.github.marspark.jobs.recipe;

/** What the learning rate does after the warm-up. */
public enum LearningRateSchedule {
    /** Stays at its peak. */
    CONSTANT,
    /** Falls along half a cosine to 0 at the last step. */
    COSINE
}
