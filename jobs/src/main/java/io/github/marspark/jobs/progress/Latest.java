package io.github.marspark.jobs.progress;

import org.apache.spark.util.AccumulatorV2;

/** A number of which Spark's web page shows the latest value and no sum; NaN until there is one. */
final class Latest extends AccumulatorV2<Double, Double> {
    private static final long serialVersionUID = 1;

    private double value = Double.NaN;

    @Override
    public boolean isZero() {
        return Double.isNaN(value);
    }

    @Override
    public AccumulatorV2<Double, Double> copy() {
        Latest copy = new Latest();
        copy.value = value;
        return copy;
    }

    @Override
    public void reset() {
        value = Double.NaN;
    }

    @Override
    public void add(Double newer) {
        value = newer;
    }

    @Override
    public void merge(AccumulatorV2<Double, Double> other) {
        if (!other.isZero()) {
            value = other.value();
        }
    }

    @Override
    public Double value() {
        return value;
    }
}
