package io.github.marspark.jobs.recipe;

/**
 * The classifier that images are judged by, and how it is trained.
 *
 * @param width channels of its first level
 * @param steps length of the training
 * @param validationShare share of the images held out to measure it
 */
public record ClassifierRecipe(
        @Describe(value = "width of the classifier's first level", unit = "channels", byDefault = "24")
        int width,

        @Describe(
                value = "length of the classifier's training, of 128 images a step",
                unit = "steps",
                byDefault = "2000")
        int steps,

        @Describe(value = "share of the images held out to measure the classifier", byDefault = "0.1")
        double validationShare) {
    /** Checks each value. */
    public ClassifierRecipe {
        Require.atLeast("width", width, 8);
        Require.multiple("width", width, 8, "the channels of a group");
        Require.atLeast("steps", steps, 1);
        Require.between("validation-share", validationShare, 0, 0.5);
    }
}
