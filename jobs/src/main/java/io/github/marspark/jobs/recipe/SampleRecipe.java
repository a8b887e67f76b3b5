package io.github.marspark.jobs.recipe;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.masking.GuidanceSchedule;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How images are drawn from a trained network.
 *
 * @param labels classes drawn, all when empty
 * @param perClass images a class
 * @param table a file of ids and labels that is drawn instead, none when empty
 * @param output how the images are kept
 * @param shardImages images of a tar or Parquet file
 * @param filmstrip first images of which is shown how they came to be
 * @param filmstripEvery iterations between two states shown
 * @param batch images drawn at once
 * @param iterations steps in which an image's tokens are revealed
 * @param diffusionSteps respacing of the diffusion: {@code N} sections, {@code a,b,…} or {@code ddimN}
 * @param clamp bound on a denoised token's numbers, 0 for none
 * @param temperature factor on the noise
 * @param guidance strength of classifier-free guidance, 1 for none
 * @param guidanceSchedule how it grows
 * @param weights which parameters draw
 * @param seed of the randomness
 */
public record SampleRecipe(
        @Describe(value = "classes to draw, such as [0-4, 7]; all when empty", byDefault = "[]")
        List<Integer> labels,

        @Describe(value = "images of each class", unit = "images", byDefault = "10")
        int perClass,

        @Describe(
                value =
                        "CSV or Parquet table with columns id and label, of images to draw instead of so many of each class",
                byDefault = "\"\"")
        String table,

        @Describe(
                value = "how images are kept: PNG files by class, tar files of WebDataset, or Parquet files",
                byDefault = "png")
        SampleOutput output,

        @Describe(value = "images of a tar or Parquet file", unit = "images", byDefault = "1000")
        int shardImages,

        @Describe(value = "first images of which a strip and an animation show how they came to be", byDefault = "0")
        int filmstrip,

        @Describe(value = "iterations between two pictures of a strip", byDefault = "1")
        int filmstripEvery,

        @Describe(value = "images drawn at once", unit = "images", byDefault = "64")
        int batch,

        @Describe(value = "iterations in which an image's tokens are revealed", byDefault = "64")
        int iterations,

        @Describe(
                value = "steps of the diffusion: a number, numbers of sections, or \"ddimN\" for N equal strides",
                byDefault = "\"100\"")
        String diffusionSteps,

        @Describe(value = "bound on a denoised token's numbers; 0 for none", byDefault = "5.0")
        double clamp,

        @Describe(value = "factor on the noise of the diffusion", byDefault = "1.0")
        double temperature,

        @Describe(value = "strength of classifier-free guidance; 1 for none", byDefault = "2.9")
        double guidance,

        @Describe(value = "how the guidance grows with the share of tokens drawn", byDefault = "linear")
        GuidanceSchedule guidanceSchedule,

        @Describe(value = "parameters that draw: the moving average or the last step's", byDefault = "ema")
        SampledWeights weights,

        @Describe(value = "seed of the images", byDefault = "${seed}")
        long seed) {
    private static final Pattern DIFFUSION_STEPS =
            Pattern.compile("(ddim)?[1-9]\\d{0,3}|[1-9]\\d{0,3}(,[1-9]\\d{0,3})+");

    /** Checks each value. */
    public SampleRecipe {
        labels = List.copyOf(labels);
        Require.each("labels", labels, 0);
        Require.atLeast("per-class", perClass, 1);
        Require.atLeast("shard-images", shardImages, 1);
        Require.atLeast("filmstrip", filmstrip, 0);
        Require.atLeast("filmstrip-every", filmstripEvery, 1);
        Require.atLeast("batch", batch, 1);
        Require.atLeast("iterations", iterations, 1);
        Require.that(
                DIFFUSION_STEPS.matcher(diffusionSteps).matches(),
                "diffusion-steps",
                '"' + diffusionSteps + '"',
                "a number such as \"100\", sections such as \"10,20,70\" or strides such as \"ddim50\"");
        checkSteps(diffusionSteps);
        Require.atLeast("clamp", clamp, 0.0);
        Require.atLeast("temperature", temperature, 0.0);
        Require.atLeast("guidance", guidance, 0.0);
    }

    private static void checkSteps(String diffusionSteps) {
        int count;
        try {
            count = new Respacing(diffusionSteps).timesteps(GaussianDiffusion.TRAINING_STEPS).length;
        } catch (IllegalArgumentException impossible) {
            throw new IllegalArgumentException("diffusion-steps is refused: " + impossible.getMessage(), impossible);
        }
        Require.that(count >= 2, "diffusion-steps", '"' + diffusionSteps + '"', "at least 2 steps");
    }
}
