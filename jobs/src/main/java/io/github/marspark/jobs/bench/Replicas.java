package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.training.StepCost;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** As many trainings as executors, each of which can make its steps with the others or by itself. */
final class Replicas implements AutoCloseable {
    private final RandomLatents latents;
    private final Loopback loopback;
    private final List<RandomTraining> together = new ArrayList<>();
    private final List<RandomTraining> alone = new ArrayList<>();
    private long step;

    Replicas(Workload workload, int count, int threadsOfEach) {
        this.latents = new RandomLatents(workload.config(), count * workload.batch());
        this.loopback = new Loopback(count);
        for (int rank = 0; rank < count; rank++) {
            Threads threads = new Threads(threadsOfEach);
            alone.add(new RandomTraining(workload, latents, new CpuKernels(threads)));
            together.add(
                    count == 1
                            ? new RandomTraining(workload, latents, new CpuKernels(threads))
                            : member(workload, rank, threads));
        }
        loopback.connect();
    }

    private RandomTraining member(Workload workload, int rank, Threads threads) {
        int ranks = loopback.ranks();
        return new RandomTraining(
                workload.recipe(ranks),
                latents,
                rank,
                ranks,
                new CpuKernels(threads),
                (parameters, gradient, source) -> loopback.open(parameters, gradient, source, threads));
    }

    /** Goes to the next step, whose mask rate is another. */
    void next() {
        step++;
    }

    /** A step of all; returns the seconds until the last one is done. */
    double together() {
        return Arrays.stream(loopback.onEach(rank -> together.get(rank).run(step)))
                .max()
                .orElseThrow();
    }

    /** A step of each; returns the seconds that as many images take at the sum of their speeds. */
    double alone() {
        double[] seconds = loopback.onEach(rank -> alone.get(rank).run(step));
        return seconds.length / Arrays.stream(seconds).map(each -> 1 / each).sum();
    }

    /** What the steps together were spent on, and how much of the parameters was sent. */
    void describe(Map<String, Object> results) {
        List<StepCost> costs =
                together.stream().flatMap(rank -> rank.costs().stream()).toList();
        results.putAll(StepSplit.shares(costs));
        long parameters = together.get(0).parameters();
        int ranks = together.size();
        double sent = costs.stream()
                .mapToLong(cost -> cost.traffic().bytesSent())
                .average()
                .orElse(0);
        double bound = 2.0 * (ranks - 1) / ranks * parameters * Float.BYTES;
        results.put("parameters", parameters);
        results.put("bytesSentAStep", Math.rint(sent));
        results.put("bytesOfBound", bound == 0 ? 0 : JsonLines.rounded(sent / bound));
    }

    @Override
    public void close() {
        together.forEach(RandomTraining::close);
        alone.forEach(RandomTraining::close);
        loopback.close();
        latents.close();
    }
}
