package io.github.marspark.model.tensor;

/**
 * Exact values of an operation, and how far float32 may lie from each.
 *
 * @param values as many as the output has
 * @param limits as many, at least 0
 */
record Bounded(double[] values, double[] limits) {
    Bounded(int size) {
        this(new double[size], new double[size]);
    }

    /** Values that are copied, not computed. */
    static Bounded copied(double[] values) {
        return new Bounded(values, new double[values.length]);
    }

    void set(int i, double value, double limit) {
        values[i] = value;
        limits[i] = limit;
    }
}
