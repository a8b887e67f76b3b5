package io.github.marspark.jobs.runtime;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.collection.JavaConverters;

/**
 * Where the tasks of a training run.
 *
 * @param tasks how many, one an executor
 * @param cores of each task
 * @param isLocal whether all run in the driver's process
 */
public record Cluster(int tasks, int cores, boolean isLocal) {
    private static final long PATIENCE_SECONDS = 120;
    private static final long SETTLING_SECONDS = 3;

    /**
     * Finds the executors, and waits for them if need be.
     *
     * @param spark the application
     * @param wanted number of tasks; empty for as many as there are executors, one on this machine alone
     * @throws IllegalStateException if there are fewer executors than tasks
     */
    public static Cluster of(JavaSparkContext spark, OptionalInt wanted) {
        if (spark.isLocal()) {
            return local(spark.defaultParallelism(), wanted.orElse(1));
        }
        List<ExecutorSummary> executors = waitFor(spark, wanted);
        int cores =
                executors.stream().mapToInt(ExecutorSummary::totalCores).min().orElse(1);
        return new Cluster(wanted.orElse(executors.size()), Math.max(1, cores), false);
    }

    private static Cluster local(int cores, int tasks) {
        if (tasks > cores) {
            throw new IllegalStateException(
                    "executors is %d, and this machine's Spark has %d cores; set executors=%2$d, or --master local[%1$d]"
                            .formatted(tasks, cores));
        }
        return new Cluster(tasks, cores / tasks, true);
    }

    private static List<ExecutorSummary> waitFor(JavaSparkContext spark, OptionalInt wanted) {
        long begin = System.nanoTime();
        long changed = begin;
        int count = 0;
        while (true) {
            List<ExecutorSummary> executors = executors(spark);
            long now = System.nanoTime();
            if (executors.size() != count) {
                count = executors.size();
                changed = now;
            }
            boolean settled = now - changed > TimeUnit.SECONDS.toNanos(SETTLING_SECONDS);
            if (wanted.isPresent() ? count >= wanted.getAsInt() : count > 0 && settled) {
                return executors;
            }
            if (spark.sc().isStopped()) {
                throw new IllegalStateException(
                        "Spark gave the application up while it waited for executors of %s; see the messages above, and whether the master runs there and has the same spark.authenticate.secret"
                                .formatted(spark.master()));
            }
            if (now - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                throw new IllegalStateException(
                        "%s has given %d of %s executors within %d seconds; see its page for free cores and memory"
                                .formatted(
                                        spark.master(),
                                        count,
                                        wanted.isPresent() ? wanted.getAsInt() : "at least 1",
                                        PATIENCE_SECONDS));
            }
            pause();
        }
    }

    private static List<ExecutorSummary> executors(JavaSparkContext spark) {
        return JavaConverters.seqAsJavaList(spark.sc().statusStore().executorList(true)).stream()
                .filter(executor -> !executor.id().equals("driver"))
                .toList();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for executors", e);
        }
    }
}
