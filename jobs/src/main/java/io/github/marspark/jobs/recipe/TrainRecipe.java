package io.github.marspark.jobs.recipe;

import io.github.marspark.model.cuda.Precision;
import io.github.marspark.model.mar.Recomputation;
import io.github.marspark.model.optimization.LearningRateSchedule;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How the network is trained.
 *
 * @param globalBatch images a step, over all executors
 * @param steps length of the training
 * @param learningRate peak learning rate
 * @param warmupSteps steps over which the learning rate grows from 0
 * @param schedule what the learning rate does after that
 * @param weightDecay decoupled weight decay
 * @param betas AdamW's two rates of forgetting
 * @param clipNorm length to which a longer gradient is shortened
 * @param streams number of streams the samples are dealt into; the number of executors must divide it
 * @param largestBatch images computed at once on an executor; the gradients of a larger share are accumulated
 * @param precision of the factors of a GPU's products
 * @param recompute what the way back of a step computes once more instead of keeping it
 * @param gradientSharing how executors agree on a step
 * @param dl4jShared settings of DL4J's gradient sharing
 * @param peerTimeoutSeconds time after which an executor that is not heard of is given up
 * @param nonFinite what happens when a loss or gradient is not finite
 * @param ema the moving average of the parameters
 * @param checkpoint when progress is saved
 * @param validation what it is measured on
 * @param preview what it shows of itself
 * @param page where a page about it is served
 */
public record TrainRecipe(
        @Describe(value = "images a step, over all executors", unit = "images", byDefault = "2048")
        int globalBatch,

        @Describe(value = "length of the training", unit = "steps", byDefault = "500000")
        long steps,

        @Describe(value = "peak learning rate", byDefault = "8e-4")
        double learningRate,

        @Describe(value = "steps over which the learning rate grows from 0", unit = "steps", byDefault = "62500")
        long warmupSteps,

        @Describe(value = "the learning rate after the warm-up", byDefault = "constant")
        LearningRateSchedule schedule,

        @Describe(value = "decoupled weight decay of AdamW", byDefault = "0.02")
        double weightDecay,

        @Describe(value = "AdamW's rates of forgetting", byDefault = "[0.9, 0.95]")
        List<Double> betas,

        @Describe(value = "length to which a longer gradient is shortened", byDefault = "3.0")
        double clipNorm,

        @Describe(
                value = "streams the samples are dealt into; the number of executors must divide it",
                unit = "streams",
                byDefault = "64")
        int streams,

        @Describe(
                value = "images computed at once on an executor; the gradients of a larger share are accumulated",
                unit = "images",
                byDefault = "128")
        int largestBatch,

        @Describe(
                value =
                        "factors of a GPU's products; values, sums and all else are float32; tf32 and bfloat16 need a GPU",
                byDefault = "float32")
        Precision precision,

        @Describe(
                value =
                        "what the way back of a step computes once more instead of keeping it, to the same bits: nothing, or the inside of blocks, a third more time for a fraction of the memory",
                byDefault = "none")
        Recomputation recompute,

        @Describe(value = "how executors agree on a step", byDefault = "synchronous")
        GradientSharing gradientSharing,

        @Describe("settings of gradient-sharing = dl4j-shared")
        MeshRecipe dl4jShared,

        @Describe(
                value = "time after which an executor that is not heard of is given up",
                unit = "seconds",
                byDefault = "300")
        int peerTimeoutSeconds,

        @Describe(value = "what happens when a loss or gradient is not finite", byDefault = "stop")
        NonFinite nonFinite,

        @Describe("the moving average of the parameters") EmaRecipe ema,
        @Describe("when progress is saved") CheckpointRecipe checkpoint,

        @Describe("the latents that a training is measured on")
        ValidationRecipe validation,

        @Describe("the images that a training shows of itself")
        PreviewRecipe preview,

        @Describe(
                value =
                        "port, or address:port, of a page that shows the training while it runs; only this machine reaches it unless an address is given; none when empty",
                byDefault = "\"\"")
        String page) {
    private static final Pattern PAGE = Pattern.compile("([\\w.-]+:|\\[[\\p{XDigit}:]+\\]:)?\\d{1,5}");

    /** Checks each value. */
    public TrainRecipe {
        betas = List.copyOf(betas);
        Require.atLeast("global-batch", globalBatch, 1);
        Require.atLeast("steps", steps, 1);
        Require.positive("learning-rate", learningRate);
        Require.warmupWithin(schedule, warmupSteps, steps);
        Require.atLeast("weight-decay", weightDecay, 0.0);
        Require.that(betas.size() == 2, "betas", betas, "a list of two numbers");
        Require.that(betas.stream().allMatch(b -> b >= 0 && b < 1), "betas", betas, "at least 0.0 and below 1.0");
        Require.positive("clip-norm", clipNorm);
        Require.atLeast("streams", streams, 1);
        Require.atLeast("largest-batch", largestBatch, 1);
        Require.atLeast("peer-timeout-seconds", peerTimeoutSeconds, 1);
        Require.that(
                page.isEmpty() || PAGE.matcher(page).matches(),
                "page",
                '"' + page + '"',
                "a port such as 8090, or an address and a port such as 0.0.0.0:8090");
        Require.that(
                validation.share() == 0 || gradientSharing == GradientSharing.SYNCHRONOUS,
                "validation.share",
                validation.share(),
                "0 with gradient-sharing = dl4j-shared, whose executors never have the same parameters");
        Require.that(
                recompute == Recomputation.NONE || gradientSharing == GradientSharing.SYNCHRONOUS,
                "recompute",
                "blocks",
                "none with gradient-sharing = dl4j-shared, whose executors compute by DL4J's copies of the layer");
        Require.that(
                !preview.isWanted() || gradientSharing == GradientSharing.SYNCHRONOUS,
                "preview.every-steps",
                preview.everySteps(),
                "0 with gradient-sharing = dl4j-shared, which keeps no moving average");
    }
}
