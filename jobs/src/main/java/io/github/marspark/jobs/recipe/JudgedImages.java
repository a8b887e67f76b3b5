package io.github.marspark.jobs.recipe;

/** What {@code evaluate} judges. */
public enum JudgedImages {
    /** The images of {@code evaluate.images}. */
    IMAGES,
    /** What the tokenizer makes of the images of {@code evaluate.reference}. */
    RECONSTRUCTIONS
}
