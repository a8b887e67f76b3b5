package io.github.marspark.jobs.progress;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/** What Spark's web page shows of a training: for each task and in all. */
public final class Counters implements Serializable {
    private static final long serialVersionUID = 1;
    private static final List<String> LATEST = List.of(
            "epoch",
            "loss",
            "learning rate",
            "gradient norm",
            "images per second",
            "share of time computing",
            "share of time waiting",
            "share of time communicating");

    private final LongAccumulator steps;
    private final LongAccumulator images;
    private final LongAccumulator bytesSent;
    private final ArrayList<Latest> latest = new ArrayList<>();

    private Counters(LongAccumulator steps, LongAccumulator images, LongAccumulator bytesSent) {
        this.steps = steps;
        this.images = images;
        this.bytesSent = bytesSent;
    }

    public static Counters of(JavaSparkContext spark) {
        Counters counters = new Counters(
                spark.sc().longAccumulator("steps of all executors"),
                spark.sc().longAccumulator("images"),
                spark.sc().longAccumulator("bytes sent"));
        for (String name : LATEST) {
            Latest number = new Latest();
            spark.sc().register(number, name);
            counters.latest.add(number);
        }
        return counters;
    }

    /** Counts a step of one task. */
    public void add(int count, StepReport report) {
        steps.add(1);
        images.add(count);
        bytesSent.add(report.bytesSent());
        double[] numbers = {
            report.epoch(),
            report.loss(),
            report.learningRate(),
            report.gradientNorm(),
            report.imagesPerSecond(),
            report.computing(),
            report.waiting(),
            report.communicating()
        };
        for (int i = 0; i < numbers.length; i++) {
            latest.get(i).add(numbers[i]);
        }
    }
}
