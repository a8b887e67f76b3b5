package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.GradientSource;
import io.github.marspark.jobs.exchange.NetworkExchange;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Training by several executors beside as many that do not speak to each other, and the exchange beside a plain copy. */
final class TrainBenchmark implements Benchmark {
    private static final int MILLION = 1_000_000;

    /** A shorter vector is exchanged so much more often that as many bytes are measured as of one of this length. */
    private static final int MOST_MILLIONS = 100;

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String summary() {
        return "steps of 1, 2, 4 executors beside independent ones, and the exchange beside a plain copy";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("config", "small");
        defaults.put("batch", "32");
        defaults.put("executors", "1,2,4");
        defaults.put("exchange", "1,10,100");
        defaults.put("threads", "1");
        defaults.put("warmup", "1");
        defaults.put("repeats", "3");
        return defaults;
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        Workload workload = Workload.of(settings.text("config")).withBatch(settings.count("batch"));
        for (int executors : settings.counts("executors")) {
            steps(workload, executors, settings, lines);
        }
        for (int millions : settings.counts("exchange")) {
            exchange(millions, settings, lines);
        }
    }

    private static void steps(Workload workload, int executors, BenchSettings settings, JsonLines lines) {
        try (Replicas replicas = new Replicas(workload, executors, settings.threads())) {
            double[] together = new double[settings.repeats()];
            double[] alone = new double[settings.repeats()];
            for (int i = -settings.warmup(); i < settings.repeats(); i++, replicas.next()) {
                double exchanging = replicas.together();
                double independent = replicas.alone();
                if (i >= 0) {
                    together[i] = exchanging;
                    alone[i] = independent;
                }
            }
            double images = (double) executors * workload.batch();
            Map<String, Object> results = new Times(together).rates("imagesPerSecond", images);
            double ceiling = new Times(alone).median();
            results.put("ceilingImagesPerSecond", JsonLines.rounded(images / ceiling));
            results.put("shareOfCeiling", JsonLines.rounded(ceiling / new Times(together).median()));
            results.put("executors", executors);
            results.put("batch", workload.batch());
            replicas.describe(results);
            lines.write(workload.name(), results);
        }
    }

    private static void exchange(int millions, BenchSettings settings, JsonLines lines) {
        long size = (long) millions * MILLION;
        Threads threads = new Threads(settings.threads());
        try (Loopback loopback = new Loopback(2);
                PlainCopy copy = new PlainCopy()) {
            FlatVector[] parameters = {FlatVector.zeros(size), FlatVector.zeros(size)};
            FlatVector[] gradients = {FlatVector.zeros(size), FlatVector.zeros(size)};
            for (int rank = 0; rank < 2; rank++) {
                loopback.open(parameters[rank], gradients[rank], GradientSource.NONE, threads);
            }
            loopback.connect();
            long[] step = {0};
            int rounds = Math.max(1, MOST_MILLIONS / millions);
            Times[] times = Times.interleaved(
                    settings.warmup() * rounds,
                    settings.repeats() * rounds,
                    () -> {
                        loopback.onEach(rank -> round(loopback.exchange(rank), step[0]));
                        step[0]++;
                    },
                    () -> copy.run(gradients, parameters));
            double gigabytes = size * Float.BYTES / 1e9;
            Map<String, Object> results = times[0].rates("gigabytesPerSecond", gigabytes);
            results.put("plainGigabytesPerSecond", JsonLines.rounded(gigabytes / times[1].median()));
            results.put("shareOfPlain", JsonLines.rounded(times[1].median() / times[0].median()));
            results.put("parameters", size);
            lines.write("exchange", results);
        } catch (IOException e) {
            throw new UncheckedIOException("the loopback interface cannot be used", e);
        }
    }

    private static void round(NetworkExchange exchange, long step) {
        exchange.reduceScatter(step, chunk -> {});
        exchange.allGather(step, chunk -> {});
    }
}
