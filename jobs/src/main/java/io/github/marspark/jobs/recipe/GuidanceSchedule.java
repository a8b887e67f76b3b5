package io.github.marspark.jobs.recipe;

/** How the strength of the guidance grows while an image is drawn. */
public enum GuidanceSchedule {
    /** The same in every iteration. */
    CONSTANT,
    /** From 1 to its full strength with the share of tokens drawn. */
    LINEAR
}
