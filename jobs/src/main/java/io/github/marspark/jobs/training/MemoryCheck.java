package io.github.marspark.jobs.training;

import com.sun.management.OperatingSystemMXBean;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.StepMemory;
import java.lang.management.ManagementFactory;
import org.bytedeco.javacpp.Pointer;

/**
 * The memory that a rank's steps take, compared with what its process may take before any of it is taken: beyond that, a
 * process ends in a way that says little.
 *
 * @param heap bytes on the Java heap, at least
 * @param network bytes of parameters, gradient and optimiser outside of it
 * @param activations bytes of what a step computes, outside of it
 */
record MemoryCheck(long heap, long network, long activations) {
    private static final double GIGA = 1e9;
    private static final String LESS =
            "train.recompute=blocks and a lower train.largest-batch need less, and change nothing but rounding";
    /** What Spark and this program take of the heap before there is a batch. */
    private static final long HEAP_OF_A_PROCESS = 150_000_000;
    /** Half as many tokens, noise, noisy tokens and targets, and the output, its gradient and both in double precision. */
    private static final long BYTES_AN_OUTPUT = 4 * 4 / 2 + (2 * 4 + 2 * 8);

    /** What a rank needs. */
    static MemoryCheck of(Recipe recipe, Slots slots, int ranks) {
        MarConfig config = RecipeNetwork.config(recipe);
        int batch = slots.count() / slots.parts();
        StepMemory step = StepMemory.of(config, batch, recipe.train().recompute());
        long outputs = (long) batch * config.tokens() * config.outputs();
        int gradients = slots.parts() > 1 ? 2 : 1;
        long numbers = step.parameters() * (1 + gradients) + 3 * ((step.parameters() + ranks - 1) / ranks);
        return new MemoryCheck(
                HEAP_OF_A_PROCESS + BYTES_AN_OUTPUT * outputs, Float.BYTES * numbers, step.activations());
    }

    /** What is left of it where a GPU computes: parameters and gradient as the exchange and checkpoints pass them. */
    MemoryCheck besideGpu(long parameters) {
        return new MemoryCheck(heap, 2 * Float.BYTES * parameters, 0);
    }

    /** Bytes on a GPU of parameters, gradient, and a rank's share of both moments and the average. */
    static long vectorsOnGpu(long parameters, int ranks) {
        return Float.BYTES * (2 * parameters + 3 * ((parameters + ranks - 1) / ranks));
    }

    /**
     * Refuses what a GPU cannot hold: parameters, gradient, optimiser, and what is computed at once.
     *
     * @throws IllegalStateException with what is needed, what there is, and the key that helps
     */
    static void requireOnGpu(StepMemory step, int ranks, String gpu, long free) {
        long vectors = vectorsOnGpu(step.parameters(), ranks);
        if (vectors + step.activations() > free) {
            throw new IllegalStateException(
                    "a step takes %s GB on %s (parameters, gradient and optimiser %s, what is computed at once %s), and %s are free there; %s"
                            .formatted(
                                    giga(vectors + step.activations()),
                                    gpu,
                                    giga(vectors),
                                    giga(step.activations()),
                                    giga(free),
                                    LESS));
        }
    }

    /**
     * Refuses what this process cannot hold.
     *
     * @throws IllegalStateException with what is needed, what there is, and how there is more or less
     */
    void require() {
        require(Runtime.getRuntime().maxMemory(), Pointer.maxBytes(), memoryOfThisMachine());
    }

    void require(long mostHeap, long mostOutside, long machine) {
        long outside = network + activations;
        if (mostOutside > 0 && outside > mostOutside) {
            throw new IllegalStateException(
                    "a step takes %s GB outside of the Java heap (parameters, gradient and optimiser %s, what is computed at once %s), and this process may take %s there, by a heap of %s; %s"
                            .formatted(
                                    giga(outside),
                                    giga(network),
                                    giga(activations),
                                    giga(mostOutside),
                                    giga(mostHeap),
                                    advice()));
        }
        if (heap > mostHeap) {
            throw new IllegalStateException("a step takes %s GB of the Java heap, which has %s; %s"
                    .formatted(giga(heap), giga(mostHeap), advice()));
        }
        if (machine > 0 && outside + heap > machine) {
            throw new IllegalStateException("a step takes %s GB, and this machine has %s; %s"
                    .formatted(giga(outside + heap), giga(machine), advice()));
        }
    }

    private static String advice() {
        return "give more by MAR_MEMORY, --driver-memory or --executor-memory, or train on more executors; " + LESS;
    }

    private static String giga(long bytes) {
        return "%.1f".formatted(bytes / GIGA);
    }

    private static long memoryOfThisMachine() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : 0;
    }
}
