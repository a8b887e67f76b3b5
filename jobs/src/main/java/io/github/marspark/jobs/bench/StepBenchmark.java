package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.LinkedHashMap;
import java.util.Map;

/** A whole training step: draws, forward, backward, clipping, AdamW and the moving average. */
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
        Threads threads = new Threads(settings.threads());
        Kernels kernels = new CpuKernels(threads);
        TrainingStep step = new TrainingStep(workload, threads);
        OperationMeter counted = new OperationMeter();
        step.run(counted.watch(kernels));
        step.run(kernels);
        double peak = Machine.peakMegabytes(); // before the products below take memory of their own
        Products products = new Products(kernels, counted.products());
        Times[] times = Times.interleaved(settings, () -> step.run(kernels), products::run);
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
            Profile.write(settings, workload, kernels, step::run, lines);
        }
    }
}
