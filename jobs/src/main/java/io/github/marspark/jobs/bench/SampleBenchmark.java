package io.github.marspark.jobs.bench;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.mar.GenerationNoise;
import io.github.marspark.model.mar.MarGenerator;
import io.github.marspark.model.mar.MarNetwork;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Generation of tokens by an untrained network, which takes as long as by a trained one; without the autoencoder. */
final class SampleBenchmark implements Benchmark {
    @Override
    public String name() {
        return "sample";
    }

    @Override
    public String summary() {
        return "generation of images' tokens: images per second";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("config", "small");
        defaults.put("guidance", "1");
        defaults.put("diffusion-steps", "100");
        defaults.put("profile", "false");
        return defaults;
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        Workload workload = Workload.of(settings.text("config"));
        Kernels kernels = settings.kernels();
        Parameters parameters = Parameters.zeros(MarParameters.layout(workload.config()));
        Draws draws = new Draws(1);
        parameters.initialize(draws);
        Parameters used = parameters.on(kernels);
        int[] labels = IntStream.range(0, workload.samples())
                .map(image -> image % workload.config().classes())
                .toArray();
        Consumer<Kernels> sampling =
                chosen -> generator(settings, workload, used, chosen).generate(labels, GenerationNoise.of(draws, 0));
        Times times = Times.interleaved(settings, () -> sampling.accept(kernels))[0];
        Map<String, Object> results = times.rates("imagesPerSecond", workload.samples());
        results.put("batch", workload.samples());
        results.put("iterations", workload.iterations());
        results.put("diffusionSteps", settings.text("diffusion-steps"));
        results.put("guidance", settings.count("guidance"));
        results.put("peakMegabytes", Math.rint(Machine.peakMegabytes()));
        lines.write(workload.name(), results);
        if (settings.isOn("profile")) {
            Profile.write(settings, workload, kernels, sampling, lines);
        }
    }

    private static MarGenerator generator(
            BenchSettings settings, Workload workload, Parameters parameters, Kernels kernels) {
        GaussianDiffusion diffusion = GaussianDiffusion.of(NoiseSchedule.COSINE, GaussianDiffusion.TRAINING_STEPS)
                .respaced(new Respacing(settings.text("diffusion-steps")));
        MarGenerator.Options options = new MarGenerator.Options(
                workload.iterations(),
                settings.count("guidance"),
                GuidanceSchedule.CONSTANT,
                new SamplingOptions(1, Double.POSITIVE_INFINITY));
        return new MarGenerator(new MarNetwork(workload.config(), parameters::variable), kernels, diffusion, options);
    }
}
