package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.runtime.ImageProgress;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.PrintStream;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * Drawing over all executors.
 *
 * @param job its name
 * @param lease of the folder that is drawn into
 * @param out where a person reads how it goes
 */
public record DrawingStage(String job, Lease lease, PrintStream out) {
    /** So that the last tasks of slow and quick executors end at about the same time. */
    private static final int TASKS_A_CORE = 4;

    /**
     * Draws.
     *
     * @param portions that are to be drawn, at least one
     * @param images in all of them
     * @param task draws some portions, and counts images
     */
    public void run(
            List<Integer> portions, long images, Function<LongAccumulator, VoidFunction<Iterator<Integer>>> task) {
        try (SparkSession spark = SparkSessions.open("mar " + job)) {
            SparkContext scala = spark.sparkContext();
            lease.watchOver(scala);
            LongAccumulator done = scala.longAccumulator("images drawn");
            JavaSparkContext context = JavaSparkContext.fromSparkContext(scala);
            int slices = Math.min(portions.size(), TASKS_A_CORE * context.defaultParallelism());
            try (ImageProgress progress = new ImageProgress("drew", done.id(), images, out)) {
                scala.addSparkListener(progress);
                context.parallelize(portions, slices).foreachPartition(task.apply(done));
                scala.removeSparkListener(progress);
            }
        }
    }
}
