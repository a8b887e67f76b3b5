package io.github.marspark.jobs.recipe;

/** Whether an image's mirror image is as good a sample as the image. */
public enum Mirror {
    /** Images are used as they are. */
    NONE,
    /** Each image is used as it is or mirrored left to right, by chance. */
    HORIZONTAL
}
