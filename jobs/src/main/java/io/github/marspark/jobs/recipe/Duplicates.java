package io.github.marspark.jobs.recipe;

/** What happens to images whose bytes equal another's. */
public enum Duplicates {
    /** They are encoded like any other. */
    KEEP,
    /** The first in the order of ids is encoded, the others are left out. */
    DROP
}
