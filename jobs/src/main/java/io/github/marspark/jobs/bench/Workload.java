package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A network and how much of it is measured at once.
 *
 * @param name as written after {@code config=}
 * @param config its sizes
 * @param batch images a training step
 * @param maskRate share of the tokens that are hidden in training
 * @param samples images that are sampled together
 * @param iterations of sampling an image
 */
record Workload(String name, MarConfig config, int batch, double maskRate, int samples, int iterations) {
    private static final List<Workload> ALL = List.of(tiny(), small(), base());

    /** The network of the recorded reference values. */
    private static Workload tiny() {
        Transformer half = new Transformer(32, 2, 4, 4, 0, 0);
        return new Workload(
                "tiny", new MarConfig(4, 4, 1, 10, half, half, 4, new Head(32, 2), 2, 0.1, 0.7), 3, 0.83, 2, 4);
    }

    private static Workload small() {
        Transformer half = new Transformer(384, 6, 6, 4, 0.1, 0.1);
        MarConfig config = new MarConfig(8, 16, 1, 10, half, half, 16, new Head(384, 3), 4, 0.1, 0.7);
        return new Workload("small", config, 64, 0.85, 16, 16);
    }

    private static Workload base() {
        return new Workload("base", MarConfig.base(), 2, 0.85, 2, 16);
    }

    /** The same network with another number of images a step. */
    Workload withBatch(int images) {
        return new Workload(name, config, images, maskRate, samples, iterations);
    }

    /**
     * A workload by its name.
     *
     * @throws UsageException if there is none
     */
    static Workload of(String name) {
        return ALL.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("config is %s, must be one of %s"
                        .formatted(name, ALL.stream().map(Workload::name).collect(Collectors.joining(", ")))));
    }
}
