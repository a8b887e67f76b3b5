package io.github.marspark.jobs.recipe;

/**
 * The images a network is trained on.
 *
 * @param imageSize side of the square crop, in pixels
 * @param classes number of kinds of image
 * @param labels what the labels of the images are to the network
 * @param mirror whether mirror images count as samples
 * @param validationShare share of the images held out to measure the tokenizer
 */
public record DataRecipe(
        @Describe(value = "side of the square cut from each image", unit = "pixels")
        int imageSize,

        @Describe("number of kinds of image; labels are 0 … classes − 1")
        int classes,

        @Describe(
                value =
                        "what labels are to the network: required, partial if classes may lack images, none to train without",
                byDefault = "required")
        LabelUse labels,

        @Describe(value = "whether an image's mirror image is as good as the image", byDefault = "horizontal")
        Mirror mirror,

        @Describe(value = "share of the images held out to measure the tokenizer", byDefault = "0.01")
        double validationShare) {
    /** Checks each value. */
    public DataRecipe {
        Require.atLeast("image-size", imageSize, 1);
        Require.atLeast("classes", classes, 1);
        Require.between("validation-share", validationShare, 0, 0.5);
    }
}
