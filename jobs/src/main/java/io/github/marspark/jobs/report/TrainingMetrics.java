package io.github.marspark.jobs.report;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.github.marspark.jobs.progress.StepReport;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;
import org.jspecify.annotations.Nullable;

/**
 * The latest step as a source of Spark's metrics system, called {@code training}, which brings it to whatever sinks {@code
 * spark.metrics.conf} names: Prometheus, Graphite, CSV. Driver only; thread-safe.
 */
public final class TrainingMetrics implements Source, AutoCloseable {
    private static final Map<String, ToDoubleFunction<StepReport>> NUMBERS = Map.of(
            "step", StepReport::step,
            "epoch", StepReport::epoch,
            "loss", StepReport::loss,
            "learningRate", StepReport::learningRate,
            "gradientNorm", StepReport::gradientNorm,
            "imagesPerSecond", StepReport::imagesPerSecond,
            "computing", StepReport::computing,
            "waiting", StepReport::waiting,
            "communicating", StepReport::communicating);

    private final MetricRegistry registry = new MetricRegistry();
    private volatile @Nullable StepReport last;

    /** Registers with the Spark of this process. */
    public TrainingMetrics() {
        NUMBERS.forEach((name, number) -> registry.register(name, (Gauge<Double>) () -> value(number)));
        SparkEnv.get().metricsSystem().registerSource(this);
    }

    private double value(ToDoubleFunction<StepReport> number) {
        StepReport report = last;
        return report == null ? Double.NaN : number.applyAsDouble(report);
    }

    /** A step is done. */
    public void step(StepReport report) {
        last = report;
    }

    @Override
    public String sourceName() {
        return "training";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    @Override
    public void close() {
        SparkEnv.get().metricsSystem().removeSource(this);
    }
}
