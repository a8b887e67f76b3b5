package io.github.marspark.model.tensor;

import java.util.Arrays;

/**
 * The attention of {@link ExactKernels}. A score that is wrong by {@code delta} makes its probability wrong by that share
 * of itself, and all others of its row by as much of it as the probability is.
 *
 * <p>{@code T} queries, {@code U} keys a sample, {@code d} values a head.
 */
final class ExactAttention {
    /** Of exp, as a share of its value. */
    private static final double EXP = 1e-7;

    private final Roundings roundings;
    private final Doubles q;
    private final Doubles k;
    private final Doubles v;
    private final int batch;
    private final int heads;
    private final Sight sight;
    private final Dropout dropout;
    private final int queries;
    private final int keys;
    private final int width;
    private final double scale;

    ExactAttention(
            Roundings roundings, Doubles q, Doubles k, Doubles v, int batch, int heads, Sight sight, Dropout dropout) {
        this.roundings = roundings;
        this.q = q;
        this.k = k;
        this.v = v;
        this.batch = batch;
        this.heads = heads;
        this.sight = sight;
        this.dropout = dropout;
        this.queries = q.rows() / batch;
        this.keys = k.rows() / batch;
        this.width = q.columns() / heads;
        this.scale = 1 / Math.sqrt(width);
    }

    /** The gradients of queries, keys and values. */
    record Gradients(Bounded dq, Bounded dk, Bounded dv) {}

    /** A row of probabilities, {@code (U)}: their values and limits, and what dropout multiplies them by. */
    private record Row(Bounded probabilities, double[] factors) {}

    private static void add(Bounded sums, int i, double term, double limit) {
        sums.values()[i] += term;
        sums.limits()[i] += limit;
    }

    private int query(int sample, int t, int head) {
        return (sample * queries + t) * q.columns() + head * width;
    }

    private int key(int sample, int u, int head) {
        return (sample * keys + u) * k.columns() + head * width;
    }

    /** For each key of a sample the product of its head's values, of keys or of values, with d others. */
    private Bounded dots(double[] others, int at, Doubles ofKeys, int sample, int head) {
        double growth = roundings.growth(width + 1);
        Bounded dots = new Bounded(keys);
        for (int u = 0; u < keys; u++) {
            double sum = 0;
            double magnitude = 0;
            for (int i = 0; i < width; i++) {
                double term = others[at + i] * ofKeys.values()[key(sample, u, head) + i];
                sum += term;
                magnitude += Math.abs(term);
            }
            dots.set(u, sum, growth * magnitude);
        }
        return dots;
    }

    private Row row(int sample, int head, int t) {
        Bounded scores = dots(q.values(), query(sample, t, head), k, sample, head);
        for (int u = 0; u < keys; u++) {
            scores.set(u, scale * scores.values()[u], scale * scores.limits()[u]);
        }
        double[] factors = new double[keys];
        Arrays.setAll(factors, u -> factor(sample, (head * queries + t) * keys + u));
        return new Row(softmax(scores, sight == Sight.ALL ? keys : t + 1), factors);
    }

    private double factor(int sample, int element) {
        return dropout.isNone() ? 1 : dropout.keeps(sample, element) ? dropout.scale() : 0;
    }

    /** Over the first of the keys; the probability of the others is exactly 0. */
    private Bounded softmax(Bounded scores, int seen) {
        double largest = Arrays.stream(scores.values(), 0, seen).max().orElseThrow();
        double sum = Arrays.stream(scores.values(), 0, seen)
                .map(score -> Math.exp(score - largest))
                .sum();
        Bounded shares = new Bounded(keys);
        double common = 0;
        for (int u = 0; u < seen; u++) {
            double score = scores.values()[u];
            double p = Math.exp(score - largest) / sum;
            shares.set(u, p, scores.limits()[u] + roundings.growth(2) * (Math.abs(score) + largest - score) + EXP);
            common += p * shares.limits()[u];
        }
        for (int u = 0; u < seen; u++) {
            shares.limits()[u] =
                    (shares.limits()[u] + common + roundings.growth(keys + 4)) * shares.values()[u] + Float.MIN_NORMAL;
        }
        return shares;
    }

    Bounded forward() {
        Bounded y = new Bounded(q.values().length);
        double growth = roundings.growth(keys + 2);
        forEachRow((sample, head, t, row) -> {
            for (int u = 0; u < keys; u++) {
                double p = row.probabilities.values()[u] * row.factors[u];
                double limit = row.probabilities.limits()[u] * row.factors[u];
                for (int i = 0; i < width; i++) {
                    double value = v.values()[key(sample, u, head) + i];
                    add(y, query(sample, t, head) + i, p * value, (limit + growth * p) * Math.abs(value));
                }
            }
        });
        return y;
    }

    Gradients backward(double[] dy) {
        Gradients gradients = new Gradients(
                new Bounded(q.values().length), new Bounded(k.values().length), new Bounded(v.values().length));
        forEachRow((sample, head, t, row) -> {
            Bounded dScores = dScores(sample, head, t, row, dy);
            for (int u = 0; u < keys; u++) {
                addValues(sample, head, t, u, row, dy, gradients.dv);
                addScores(sample, head, t, u, dScores, gradients);
            }
        });
        return gradients;
    }

    /** {@code p (dp - sum over keys of p dp)}, {@code dp} the gradient of a probability. */
    private Bounded dScores(int sample, int head, int t, Row row, double[] dy) {
        Bounded p = row.probabilities;
        Bounded dp = dots(dy, query(sample, t, head), v, sample, head);
        double growth = roundings.growth(keys + 3);
        double mean = 0;
        double offMean = 0;
        double magnitude = 0;
        for (int u = 0; u < keys; u++) {
            dp.set(u, dp.values()[u] * row.factors[u], dp.limits()[u] * row.factors[u]);
            double share = p.values()[u] * Math.abs(dp.values()[u]);
            mean += p.values()[u] * dp.values()[u];
            magnitude += share;
            offMean += p.limits()[u] * Math.abs(dp.values()[u]) + p.values()[u] * dp.limits()[u] + growth * share;
        }
        Bounded ds = new Bounded(keys);
        for (int u = 0; u < keys; u++) {
            double difference = dp.values()[u] - mean;
            double sum = Math.abs(dp.values()[u]) + magnitude;
            double off = dp.limits()[u] + offMean + roundings.growth(4) * sum;
            ds.set(u, p.values()[u] * difference, p.values()[u] * off + p.limits()[u] * sum);
        }
        return ds;
    }

    private void addValues(int sample, int head, int t, int u, Row row, double[] dy, Bounded dv) {
        double p = row.probabilities.values()[u] * row.factors[u];
        double limit = row.probabilities.limits()[u] * row.factors[u] + roundings.growth(queries + 2) * p;
        for (int i = 0; i < width; i++) {
            double d = dy[query(sample, t, head) + i];
            add(dv, key(sample, u, head) + i, p * d, limit * Math.abs(d));
        }
    }

    private void addScores(int sample, int head, int t, int u, Bounded dScores, Gradients gradients) {
        double ds = scale * dScores.values()[u];
        double ofKeys = scale * dScores.limits()[u] + roundings.growth(keys + 2) * Math.abs(ds);
        double ofQueries = scale * dScores.limits()[u] + roundings.growth(queries + 2) * Math.abs(ds);
        int atQuery = query(sample, t, head);
        int atKey = key(sample, u, head);
        for (int i = 0; i < width; i++) {
            double queryValue = q.values()[atQuery + i];
            double keyValue = k.values()[atKey + i];
            add(gradients.dq, atQuery + i, ds * keyValue, ofKeys * Math.abs(keyValue));
            add(gradients.dk, atKey + i, ds * queryValue, ofQueries * Math.abs(queryValue));
        }
    }

    /** What is done with the probabilities of a query of a head. */
    @FunctionalInterface
    private interface RowWork {
        void run(int sample, int head, int t, Row row);
    }

    private void forEachRow(RowWork work) {
        for (int sample = 0; sample < batch; sample++) {
            for (int head = 0; head < heads; head++) {
                for (int t = 0; t < queries; t++) {
                    work.run(sample, head, t, row(sample, head, t));
                }
            }
        }
    }
}
