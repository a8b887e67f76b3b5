package io.github.marspark.jobs.recipe;

import java.util.function.BinaryOperator;

/**
 * How images are judged.
 *
 * @param images place of what is judged
 * @param reference place of what it is compared with
 * @param judged whether images themselves or the tokenizer's reconstructions of the reference are judged
 * @param features which network's features images are compared by
 * @param inception folder of the Inception network
 * @param crop which images of another size are cut
 * @param doubts what happens where a number would say little
 * @param batch images given to a network at once
 * @param report file of the results
 * @param statistics file that the statistics of the judged images are written to, empty for none
 */
public record EvaluateRecipe(
        @Describe(
                value =
                        "what is judged: a folder, tar, Parquet or IDX file of images, a folder of latents for their images,"
                                + " or a file of statistics (.npz)",
                byDefault = "${samples}")
        String images,

        @Describe(value = "what it is compared with, of the same kinds", byDefault = "${images}")
        String reference,

        @Describe(
                value = "whether images are judged, or the tokenizer's reconstructions of the reference",
                byDefault = "images")
        JudgedImages judged,

        @Describe(value = "whose features are compared", byDefault = "classifier")
        FeatureSource features,

        @Describe(value = "folder of the network that ./mar import-features wrote", byDefault = "out/inception")
        String inception,

        @Describe(value = "which images of another size than data.image-size are cut to it", byDefault = "reference")
        Cropping crop,

        @Describe(
                value = "what happens where there are few images, or the reference was trained on",
                byDefault = "tell")
        Doubts doubts,

        @Describe(value = "images given to the network at once", unit = "images", byDefault = "32")
        int batch,

        @Describe(value = "file of the results", byDefault = "${out}/evaluation.json")
        String report,

        @Describe(value = "file for the statistics of what is judged (.npz); none if empty", byDefault = "\"\"")
        String statistics) {
    /** Checks each value. */
    public EvaluateRecipe {
        Require.text("report", report);
        Require.text("inception", inception);
        Require.atLeast("batch", batch, 1);
        Require.that(
                statistics.isEmpty() || statistics.endsWith(".npz"),
                "statistics",
                statistics,
                "a file whose name ends in .npz");
    }

    /** The same with other addresses of its files; see {@link Recipe#located}. */
    EvaluateRecipe located(BinaryOperator<String> address) {
        return new EvaluateRecipe(
                address.apply("evaluate.images", images),
                address.apply("evaluate.reference", reference),
                judged,
                features,
                address.apply("evaluate.inception", inception),
                crop,
                doubts,
                batch,
                address.apply("evaluate.report", report),
                address.apply("evaluate.statistics", statistics));
    }
}
