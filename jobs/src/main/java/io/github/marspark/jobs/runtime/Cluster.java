package io.github.marspark.jobs.runtime;

import java.io.PrintStream;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;

/**
 * Where the tasks of a training run.
 *
 * @param tasks how many, one an executor
 * @param cores of each task
 * @param isLocal whether all run in the driver's process
 */
public record Cluster(int tasks, int cores, boolean isLocal) {
    /**
     * Finds the executors, and waits for them if need be.
     *
     * @param spark the application
     * @param wish how many there should be; one on this machine alone where no number is wanted
     * @param divides whether the work can be dealt to a number of tasks; asked where fewer are allowed than have come
     * @param out told of the waiting
     * @throws IllegalStateException if there are fewer executors than tasks
     */
    public static Cluster of(JavaSparkContext spark, ExecutorWish wish, IntPredicate divides, PrintStream out) {
        if (spark.isLocal()) {
            return local(spark.defaultParallelism(), wish.wanted().orElse(1));
        }
        List<ExecutorSummary> executors = new ExecutorWait(spark, wish, out).await();
        int tasks = executors.size();
        int fewest = wish.fewest().orElse(tasks);
        while (tasks > fewest && !divides.test(tasks)) {
            tasks--;
        }
        int cores =
                executors.stream().mapToInt(ExecutorSummary::totalCores).min().orElse(1);
        return new Cluster(tasks, Math.max(1, cores), false);
    }

    private static Cluster local(int cores, int tasks) {
        if (tasks > cores) {
            throw new IllegalStateException(
                    "executors is %d, and this machine's Spark has %d cores; set executors=%2$d, or --master local[%1$d]"
                            .formatted(tasks, cores));
        }
        return new Cluster(tasks, cores / tasks, true);
    }
}
