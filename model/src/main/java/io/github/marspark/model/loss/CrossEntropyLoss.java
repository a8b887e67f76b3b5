package io.github.marspark.model.loss;

import io.github.marspark.model.tensor.Threads;

/**
 * The cross-entropy of ids, in nats, as the mean over {@code N} rows that are independent of each other:
 *
 * <pre>
 * loss_n            = log sum_k exp(o_nk) - o_n,id(n)
 * d loss / d o_nk   = (softmax(o_n)_k - [k = id(n)]) / N
 * </pre>
 *
 * <p>{@code Q} codes, {@code o} logits. Computed in float64. Stateless.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.1</a>
 */
public final class CrossEntropyLoss {
    private CrossEntropyLoss() {}

    /**
     * The loss of logits.
     *
     * @param ids {@code (N)}, each in {@code 0 … Q-1}
     * @param logits {@code (N, Q)}, float32
     * @param threads share the rows
     * @return the loss and its gradient by the logits
     * @throws IllegalArgumentException when the logits are no multiple of the ids or an id is no code
     */
    public static LossTerms evaluate(int[] ids, float[] logits, Threads threads) {
        int codes = codes(ids, logits.length);
        double[] losses = new double[ids.length];
        float[] gradient = new float[logits.length];
        threads.split(ids.length, 1, (from, to) -> {
            double[] row = new double[codes];
            for (int n = from; n < to; n++) {
                for (int k = 0; k < codes; k++) {
                    row[k] = logits[n * codes + k];
                }
                losses[n] = differentiate(row, ids[n], ids.length);
                for (int k = 0; k < codes; k++) {
                    gradient[n * codes + k] = (float) row[k];
                }
            }
        });
        return new Terms(losses, gradient);
    }

    /** Turns a row of logits into its share of the gradient, and returns its loss. */
    static double differentiate(double[] row, int id, int rows) {
        double ofTarget = row[id];
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : row) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (int k = 0; k < row.length; k++) {
            row[k] = Math.exp(row[k] - largest);
            sum += row[k];
        }
        for (int k = 0; k < row.length; k++) {
            row[k] = (row[k] / sum - (k == id ? 1 : 0)) / rows;
        }
        return largest + Math.log(sum) - ofTarget;
    }

    private static int codes(int[] ids, int logits) {
        if (ids.length == 0 || logits % ids.length != 0) {
            throw new IllegalArgumentException(
                    "logits has %s values, must be a multiple of the %s ids".formatted(logits, ids.length));
        }
        int codes = logits / ids.length;
        for (int id : ids) {
            if (id < 0 || id >= codes) {
                throw new IllegalArgumentException("id is %s, must be in 0 … %s".formatted(id, codes - 1));
            }
        }
        return codes;
    }

    private record Terms(double[] ofRows, float[] gradientAsFloats) implements LossTerms {
        @Override
        public double loss() {
            double sum = 0;
            for (double loss : ofRows) {
                sum += loss;
            }
            return sum / ofRows.length;
        }
    }
}
