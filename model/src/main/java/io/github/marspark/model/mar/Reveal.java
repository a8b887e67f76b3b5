package io.github.marspark.model.mar;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Which tokens an iteration of a generation reveals.
 *
 * @param confidenceTemperature how much chance has a say beside confidence, at least 0; negative where the order decides
 *     alone
 * @see <a href="https://arxiv.org/abs/2202.04200">Chang et al., section 3.2</a>
 */
public record Reveal(double confidenceTemperature) {
    /** The next ones of the order, before anything is drawn. */
    public static final Reveal BY_ORDER = new Reveal(-1);

    /** Whether all tokens are drawn and the surest kept, {@code log p + temperature (1 - (s + 1) / I) g}. */
    public boolean isByConfidence() {
        return confidenceTemperature >= 0;
    }

    /**
     * Sorts a sample's hidden tokens, so that the surest are last of them and revealed first, the lower position first
     * where two are as sure.
     *
     * @param order {@code (L)}, of which the first are hidden; written over
     * @param hidden positions of the hidden tokens, ascending
     * @param confidence of each of them
     */
    static void keepSurest(int[] order, int[] hidden, double[] confidence) {
        int[] surest = IntStream.range(0, hidden.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -confidence[i])
                        .thenComparingInt(i -> hidden[i]))
                .mapToInt(i -> hidden[i])
                .toArray();
        for (int i = 0; i < surest.length; i++) {
            order[surest.length - 1 - i] = surest[i];
        }
    }
}
