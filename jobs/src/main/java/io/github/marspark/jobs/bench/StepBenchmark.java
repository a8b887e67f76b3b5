package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A whole training step as a rank of {@code train} does it: the batch, draws, forward, backward, clipping, AdamW and the moving
 * average.
 */
final class StepBenchmark implements Benchmark {
    @Override
    public String name() {
        return "step";
    }

    @Override
    public String summary() {
        return "one training step: images per second, share of the ceiling, memory";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("config", "small");
        defaults.put("profile", "false");
        return defaults;
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        Workload workload = Workload.of(settings.text("config"));
        Kernels kernels = settings.kernels();
        try (RandomLatents latents = new RandomLatents(workload.config(), workload.batch());
                RandomTraining training = new RandomTraining(workload, latents, kernels)) {
            run(workload, training, kernels, settings, lines);
        }
    }

    /** The same step again and again, with the same images and masks. */
    private static void run(
            Workload workload, RandomTraining training, Kernels kernels, BenchSettings settings, JsonLines lines) {
        long number = workload.typicalStep();
        Consumer<Kernels> step = chosen -> {
            training.use(chosen);
            training.run(number);
        };
        OperationMeter counted = new OperationMeter();
        step.accept(counted.watch(kernels));
        step.accept(kernels);
        double peak = Machine.peakMegabytes(); // before the products below take memory of their own
        ProductRates products = new ProductRates(kernels, counted.products());
        Times[] times = Times.interleaved(settings, () -> step.accept(kernels), products::run);
        double rate = counted.operations() / times[0].median() / 1e9;
        double ceiling = products.operations() / times[1].median() / 1e9;
        Map<String, Object> results = times[0].rates("imagesPerSecond", workload.batch());
        results.put("batch", workload.batch());
        results.put("gigaflops", JsonLines.rounded(rate));
        results.put("gemmGigaflops", JsonLines.rounded(ceiling));
        results.put("shareOfGemm", JsonLines.rounded(rate / ceiling));
        results.put("peakMegabytes", Math.rint(peak));
        lines.write(workload.name(), results);
        if (settings.isOn("profile")) {
            Profile.write(settings, workload, kernels, step, lines);
        }
    }
}
