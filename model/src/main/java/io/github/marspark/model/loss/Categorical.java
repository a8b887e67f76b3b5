package io.github.marspark.model.loss;

import java.util.Arrays;

/**
 * A distribution over {@code Q} codes, {@code softmax(o / temperature)} in float64, and what a uniform number draws from
 * it. At temperature 0 the code with the largest logit has all of it; the lowest of several. Immutable.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.1</a>
 */
public final class Categorical {
    private final double[] probabilities;

    private Categorical(double[] probabilities) {
        this.probabilities = probabilities;
    }

    /**
     * The distribution of logits.
     *
     * @param logits {@code (Q)}; they are written over
     * @param temperature at least 0
     */
    public static Categorical of(double[] logits, double temperature) {
        int largest = 0;
        for (int k = 1; k < logits.length; k++) {
            largest = logits[k] > logits[largest] ? k : largest;
        }
        double top = logits[largest];
        if (temperature == 0) {
            Arrays.fill(logits, 0);
            logits[largest] = 1;
            return new Categorical(logits);
        }
        double sum = 0;
        for (int k = 0; k < logits.length; k++) {
            logits[k] = Math.exp(logits[k] / temperature - top / temperature);
            sum += logits[k];
        }
        for (int k = 0; k < logits.length; k++) {
            logits[k] /= sum;
        }
        return new Categorical(logits);
    }

    /** The probability of a code. */
    public double of(int code) {
        return probabilities[code];
    }

    /**
     * The least code whose running sum {@code c} exceeds {@code uniform} times the whole sum; a code of probability 0 is
     * never drawn.
     *
     * @param uniform at least 0 and below 1
     */
    public int draw(double uniform) {
        double whole = 0;
        for (double p : probabilities) {
            whole += p;
        }
        double sum = 0;
        int last = 0;
        for (int k = 0; k < probabilities.length; k++) {
            sum += probabilities[k];
            if (sum > uniform * whole) {
                return k;
            }
            last = probabilities[k] > 0 ? k : last;
        }
        return last;
    }
}
