package io.github.marspark.model.tensor;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The processor cores that one network computes on.
 *
 * <p>Work is cut into pieces by the caller and never by the number of threads where the cut could change a sum, so that
 * results do not depend on it. The calling thread takes part. Thread-safe.
 */
public final class Threads {
    private final int count;
    private final ExecutorService pool;

    /**
     * Uses {@code count} threads, the caller's among them.
     *
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public Threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads is " + count + ", must be at least 1");
        }
        this.count = count;
        this.pool = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "kernel");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** One thread for each processor that the process may use. */
    public static Threads all() {
        return new Threads(Runtime.getRuntime().availableProcessors());
    }

    /** Number of threads. */
    public int count() {
        return count;
    }

    /** A part of the work: indices {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    public interface Range {
        /** Does the part. */
        void run(int from, int to);
    }

    /**
     * Splits the indices 0 to {@code length} into one range a thread, each a multiple of {@code grain} long except the
     * last, and returns when all are done.
     */
    public void split(int length, int grain, Range work) {
        int grains = (length + grain - 1) / grain;
        int parts = Math.min(count, grains);
        if (parts <= 1) {
            work.run(0, length);
            return;
        }
        Future<?>[] others = new Future<?>[parts - 1];
        for (int part = 1; part < parts; part++) {
            int from = bound(part, parts, grains, grain, length);
            int to = bound(part + 1, parts, grains, grain, length);
            others[part - 1] = pool.submit(() -> work.run(from, to));
        }
        work.run(0, bound(1, parts, grains, grain, length));
        for (Future<?> other : others) {
            await(other);
        }
    }

    private static int bound(int part, int parts, int grains, int grain, int length) {
        return (int) Math.min(length, (long) grains * part / parts * grain);
    }

    private static void await(Future<?> other) {
        try {
            other.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while computing", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }
}
