package io.github.marspark.jobs.recipe;

/** Which images of another size than {@code data.image-size} are cut to it before they are compared. */
public enum Cropping {
    /** Those of the reference, as they are cut for training; others have to have the size. */
    REFERENCE,
    /** All. */
    ALL
}
