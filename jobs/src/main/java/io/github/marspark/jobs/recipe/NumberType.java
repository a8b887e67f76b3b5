package io.github.marspark.jobs.recipe;

/** How latent numbers are stored. */
public enum NumberType {
    /** Two bytes a number. */
    FLOAT16,
    /** Four bytes a number. */
    FLOAT32
}
