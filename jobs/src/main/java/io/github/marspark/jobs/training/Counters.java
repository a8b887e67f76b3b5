package io.github.marspark.jobs.training;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/** What Spark's web page shows of a training: for each task and in all. */
final class Counters implements Serializable {
    private static final long serialVersionUID = 1;

    private final LongAccumulator steps;
    private final LongAccumulator images;
    private final LongAccumulator bytesSent;
    private final DoubleAccumulator losses;

    private Counters(
            LongAccumulator steps, LongAccumulator images, LongAccumulator bytesSent, DoubleAccumulator losses) {
        this.steps = steps;
        this.images = images;
        this.bytesSent = bytesSent;
        this.losses = losses;
    }

    static Counters of(JavaSparkContext spark) {
        return new Counters(
                spark.sc().longAccumulator("steps of all executors"),
                spark.sc().longAccumulator("images"),
                spark.sc().longAccumulator("bytes sent"),
                spark.sc().doubleAccumulator("sum of the losses"));
    }

    /** Counts a step of one task. */
    void add(int count, StepReport report) {
        steps.add(1);
        images.add(count);
        bytesSent.add(report.bytesSent());
        losses.add(report.loss());
    }
}
