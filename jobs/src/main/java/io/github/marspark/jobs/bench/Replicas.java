package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** As many trainings as executors, each of which can make its steps with the others or by itself. */
final class Replicas implements AutoCloseable {
    private final Loopback loopback;
    private final List<Kernels> kernels = new ArrayList<>();
    private final List<TrainingStep> together = new ArrayList<>();
    private final List<TrainingStep> alone = new ArrayList<>();

    Replicas(Workload workload, int count, int threadsOfEach) {
        this.loopback = new Loopback(count);
        for (int rank = 0; rank < count; rank++) {
            Threads threads = new Threads(threadsOfEach);
            kernels.add(new CpuKernels(threads));
            alone.add(new TrainingStep(workload, threads));
            together.add(
                    count == 1
                            ? new TrainingStep(workload, threads)
                            : new TrainingStep(
                                    workload,
                                    threads,
                                    (parameters, gradient) -> loopback.open(parameters, gradient, threads)));
        }
        loopback.connect();
    }

    /** A step of all; returns the seconds until the last one is done. */
    double together() {
        return Arrays.stream(loopback.onEach(rank -> together.get(rank).run(kernels.get(rank))))
                .max()
                .orElseThrow();
    }

    /** A step of each; returns the seconds that as many images take at the sum of their speeds. */
    double alone() {
        double[] seconds = loopback.onEach(rank -> alone.get(rank).run(kernels.get(rank)));
        return seconds.length / Arrays.stream(seconds).map(each -> 1 / each).sum();
    }

    /** What the steps together were spent on, and how much of the parameters was sent. */
    void describe(Map<String, Object> results, int steps) {
        List<StepSplit> splits = together.stream().map(TrainingStep::split).toList();
        results.putAll(StepSplit.shares(splits));
        long parameters = together.get(0).parameters();
        int ranks = together.size();
        double sent = splits.stream().mapToLong(StepSplit::bytes).average().orElse(0) / steps;
        double bound = 2.0 * (ranks - 1) / ranks * parameters * Float.BYTES;
        results.put("parameters", parameters);
        results.put("bytesSentAStep", Math.rint(sent));
        results.put("bytesOfBound", bound == 0 ? 0 : JsonLines.rounded(sent / bound));
    }

    @Override
    public void close() {
        loopback.close();
    }
}
