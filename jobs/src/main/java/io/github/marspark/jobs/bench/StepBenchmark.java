package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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
            profile(settings, step, kernels, lines, workload);
        }
    }

    /** Where the time goes: the share of each operation, and what is spent outside of them. */
    private static void profile(
            BenchSettings settings, TrainingStep step, Kernels kernels, JsonLines lines, Workload workload) {
        OperationMeter meter = new OperationMeter();
        Kernels watched = meter.watch(kernels);
        long begin = System.nanoTime();
        for (int i = 0; i < settings.repeats(); i++) {
            step.run(watched);
        }
        double total = (System.nanoTime() - begin) / 1e9;
        Map<String, Double> seconds = meter.seconds();
        seconds.put(
                "outside", total - seconds.values().stream().mapToDouble(s -> s).sum());
        List<String> slowestFirst = new ArrayList<>(seconds.keySet());
        slowestFirst.sort(Comparator.comparingDouble(name -> -seconds.getOrDefault(name, 0.0)));
        for (String name : slowestFirst) {
            double taken = seconds.getOrDefault(name, 0.0);
            Map<String, Object> results = new LinkedHashMap<>();
            results.put("operation", name);
            results.put("share", JsonLines.rounded(taken / total));
            results.put("seconds", JsonLines.rounded(taken / settings.repeats()));
            lines.write(workload.name(), results);
        }
    }
}
