package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.mar.GenerationNoise;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarGenerator;
import io.github.marspark.model.mar.MarNetwork;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import java.util.stream.IntStream;

/**
 * Drawing by an untrained network and an untrained autoencoder, which take as long as trained ones. Used by one thread.
 *
 * <p>Legend: {@code B} images, {@code L} tokens of an image, {@code D} numbers of a token, {@code Z} channels of latents.
 */
final class RandomDrawing {
    private final Recipe recipe;
    private final MarConfig config;
    private final AutoencoderConfig pixels;
    private final Parameters network;
    private final Parameters autoencoder;
    private final int[] labels;
    private final Draws draws = new Draws(1);

    /** What draws the images, as often as it is asked. */
    @FunctionalInterface
    interface Ready {
        DrawingTime draw();
    }

    /**
     * A drawing of so many images at once.
     *
     * @param kernels on which the parameters are used
     */
    RandomDrawing(Workload workload, int images, Kernels kernels) {
        this.recipe = workload.recipe(1);
        this.config = RecipeNetwork.config(recipe);
        this.pixels = RecipeAutoencoder.config(recipe);
        this.network = initialized(MarParameters.layout(config), kernels);
        this.autoencoder = initialized(AutoencoderParameters.layout(pixels), kernels);
        this.labels = IntStream.range(0, images)
                .map(image -> image % config.classes())
                .toArray();
    }

    private Parameters initialized(ParameterLayout layout, Kernels kernels) {
        Parameters parameters = Parameters.zeros(layout);
        parameters.initialize(draws);
        return parameters.on(kernels);
    }

    /** How many tokens an image has. */
    int tokens() {
        return config.tokens();
    }

    /**
     * Makes ready what draws the images, from nothing to pixels.
     *
     * @param diffusionSteps as {@code sample.diffusion-steps}
     */
    Ready ready(Kernels kernels, int iterations, double guidance, String diffusionSteps) {
        MarGenerator generator = new MarGenerator(
                new MarNetwork(config, network::variable),
                kernels,
                GaussianDiffusion.of(RecipeNetwork.noise(recipe), GaussianDiffusion.TRAINING_STEPS)
                        .respaced(new Respacing(diffusionSteps)),
                new MarGenerator.Options(
                        iterations,
                        guidance,
                        GuidanceSchedule.CONSTANT,
                        new SamplingOptions(1, Double.POSITIVE_INFINITY)));
        Patchify patchify =
                new Patchify(config.latentChannels(), config.latentSize(), config.latentSize(), config.patch());
        Autoencoder decoder = new Autoencoder(pixels, autoencoder::variable);
        return () -> {
            DrawingClock clock = new DrawingClock();
            float[] tokens = generator.generate(labels, GenerationNoise.of(draws, 0), clock); // (B L, D)
            decoder.decode(kernels, patchify.unpatchify(tokens)); // (B, Z, h, w) to (B, C, H, W)
            return clock.stop();
        };
    }
}
