package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.encode.ImageEncoder;
import io.github.marspark.jobs.encode.PiecewiseEncoder;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import java.util.Map;

/**
 * Encodes random images with a tokenizer of random weights, each once: a record of latents takes two, since it holds
 * the mirror image too.
 *
 * @param name as written after {@code config=}
 * @param config sizes of the tokenizer
 */
record TokenizerEncoding(String name, AutoencoderConfig config) {
    /** Side of the images that {@code batch} counts; of smaller ones there are more, of as many pixels together. */
    private static final int SIDE = 256;

    void measure(BenchSettings settings, JsonLines lines) {
        Draws draws = new Draws(1);
        Parameters parameters = Parameters.zeros(AutoencoderParameters.layout(config));
        parameters.initialize(draws);
        Kernels kernels = settings.kernels();
        ImageEncoder encoder = new PiecewiseEncoder(
                new Autoencoder(config, parameters.on(kernels)::variable), kernels, config.resolution());
        int ratio = SIDE / config.resolution();
        int batch = settings.count("batch") * ratio * ratio;
        float[] images = draws.noise(0, 0, batch * config.imageValues());
        Map<String, Object> results =
                Times.interleaved(settings, () -> encoder.encode(images))[0].rates("imagesPerSecond", batch);
        results.put("imageSize", config.resolution());
        results.put("batch", batch);
        results.put("peakMegabytes", Math.rint(Machine.peakMegabytes()));
        lines.write(name, results);
    }
}
