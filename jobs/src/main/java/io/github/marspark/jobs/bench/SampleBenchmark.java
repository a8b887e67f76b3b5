package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images drawn from nothing to pixels by numbers of iterations, with guidance and without. */
final class SampleBenchmark implements Benchmark {
    private static final String BATCH = "batch";
    private static final String ITERATIONS = "iterations";
    private static final String GUIDANCE = "guidance";
    private static final String DIFFUSION_STEPS = "diffusion-steps";

    @Override
    public String name() {
        return "sample";
    }

    @Override
    public String summary() {
        return "images drawn per second, and the shares of transformer, head and decoder; config=demo, base, small or tiny";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("config", "demo");
        defaults.put(ITERATIONS, "1,16,64");
        defaults.put(GUIDANCE, "1,3");
        defaults.put(DIFFUSION_STEPS, "100");
        defaults.put(BATCH, "");
        defaults.put("profile", "false");
        return defaults;
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        Workload workload = Workload.of(settings.text("config"));
        Kernels kernels = settings.kernels();
        int images = settings.text(BATCH).isEmpty() ? workload.samples() : settings.count(BATCH);
        RandomDrawing drawing = new RandomDrawing(workload, images, kernels);
        Cases cases = new Cases(workload, images, drawing, kernels, settings, lines);
        for (int iterations : settings.counts(ITERATIONS)) {
            for (int guidance : settings.counts(GUIDANCE)) {
                cases.measure(iterations, guidance);
            }
        }
    }

    /** What all cases have in common. */
    private record Cases(
            Workload workload,
            int images,
            RandomDrawing drawing,
            Kernels kernels,
            BenchSettings settings,
            JsonLines lines) {
        void measure(int iterations, int guidance) {
            if (iterations > drawing.tokens()) {
                Map<String, Object> results = described(iterations, guidance);
                results.put(
                        "leftOut", "an image has %d tokens, and takes no more iterations".formatted(drawing.tokens()));
                lines.write(workload.name(), results);
                return;
            }
            List<DrawingTime> parts = new ArrayList<>();
            RandomDrawing.Ready work = ready(kernels, iterations, guidance);
            Times times = Times.interleaved(settings, () -> parts.add(work.draw()))[0];
            Map<String, Object> results = times.rates("imagesPerSecond", images);
            if (kernels
                    instanceof CpuKernels) { // a GPU is given the transformer's work, and does it while the head waits
                results.putAll(DrawingTime.shares(parts.subList(settings.warmup(), parts.size())));
            }
            results.putAll(described(iterations, guidance));
            results.put("peakMegabytes", Math.rint(Machine.peakMegabytes()));
            lines.write(workload.name(), results);
            if (settings.isOn("profile")) {
                Profile.write(
                        settings,
                        workload,
                        kernels,
                        chosen -> ready(chosen, iterations, guidance).draw(),
                        lines);
            }
        }

        private RandomDrawing.Ready ready(Kernels chosen, int iterations, int guidance) {
            return drawing.ready(chosen, iterations, guidance, settings.text(DIFFUSION_STEPS));
        }

        private Map<String, Object> described(int iterations, int guidance) {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put(BATCH, images);
            described.put(ITERATIONS, iterations);
            described.put(GUIDANCE, guidance);
            described.put("diffusionSteps", settings.text(DIFFUSION_STEPS));
            return described;
        }
    }
}
