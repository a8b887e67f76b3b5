package io.github.marspark.jobs.recipe;

/** What happens where a number would say little. */
public enum Doubts {
    /** The reason is told beside the number. */
    TELL,
    /** The job is refused. */
    REFUSE
}
