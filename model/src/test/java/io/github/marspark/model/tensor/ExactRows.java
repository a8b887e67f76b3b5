package io.github.marspark.model.tensor;

import java.util.Arrays;

/** The operations of {@link ExactKernels} that move rows or pixels and add them up where they meet. */
final class ExactRows {
    private final Roundings roundings;

    ExactRows(Roundings roundings) {
        this.roundings = roundings;
    }

    /** {@code table[index[i]] + beta y[i]}, or {@code y[i]} where the index is negative. */
    Bounded gather(Doubles table, int[] index, Doubles y, float beta) {
        Bounded results = Bounded.copied(y.values().clone());
        for (int i = 0; i < results.values().length; i++) {
            int row = index[i / y.columns()];
            if (row >= 0) {
                double value = table.at(row, i % y.columns());
                double held = beta == 0 ? 0 : beta * results.values()[i];
                double limit = beta == 0 ? 0 : roundings.growth(2) * (Math.abs(value) + Math.abs(held));
                results.set(i, value + held, limit);
            }
        }
        return results;
    }

    /** {@code table} after {@code table[index[i]] += x[i]} for every index that is not negative. */
    Bounded scatterAdd(Doubles x, int[] index, Doubles table) {
        int[] hits = new int[table.rows()];
        Arrays.stream(index).filter(row -> row >= 0).forEach(row -> hits[row]++);
        Bounded results = Bounded.copied(table.values().clone());
        for (int i = 0; i < results.values().length; i++) {
            results.limits()[i] = roundings.growth(hits[i / table.columns()]) * Math.abs(results.values()[i]);
        }
        for (int i = 0; i < x.values().length; i++) {
            int row = index[i / x.columns()];
            if (row >= 0) {
                int at = row * x.columns() + i % x.columns();
                results.values()[at] += x.values()[i];
                results.limits()[at] += roundings.growth(hits[row]) * Math.abs(x.values()[i]);
            }
        }
        return results;
    }

    /** Every pixel twice in each direction. */
    Bounded upsample(Doubles x, int width) {
        double[] larger = new double[4 * x.values().length];
        Arrays.setAll(larger, i -> x.values()[source(i, width, x.columns())]);
        return Bounded.copied(larger);
    }

    /** The sums of four pixels. */
    Bounded upsampleBackward(Doubles dy, int width) {
        Bounded sums = new Bounded(dy.values().length / 4);
        for (int i = 0; i < dy.values().length; i++) {
            int at = source(i, width, dy.columns());
            sums.values()[at] += dy.values()[i];
            sums.limits()[at] += roundings.growth(3) * Math.abs(dy.values()[i]);
        }
        return sums;
    }

    /** Where the value comes from that stands at a place of an image of twice the side. */
    private static int source(int place, int width, int channels) {
        int pixel = place / channels;
        int row = pixel / (2 * width) / 2;
        return (row * width + pixel % (2 * width) / 2) * channels + place % channels;
    }
}
