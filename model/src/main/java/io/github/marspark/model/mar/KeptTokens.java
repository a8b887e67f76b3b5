package io.github.marspark.model.mar;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The tokens of a picture that a generation keeps, and draws the others beside: the masked model is trained to draw any set
 * of tokens given the rest. Every sample of a batch keeps the same ones. L tokens of D values. Not changed after construction.
 *
 * @param values {@code (L, D)}, scaled latents; those that are not kept are not looked at
 * @param kept {@code (L)}
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.4</a>
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record KeptTokens(float[] values, boolean[] kept) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if there are not as many values for each token, or every token is kept
     */
    public KeptTokens {
        if (kept.length == 0 || values.length % kept.length != 0) {
            throw new IllegalArgumentException("values has %d numbers, must have as many for each of the %d tokens"
                    .formatted(values.length, kept.length));
        }
        if (count(kept) == kept.length) {
            throw new IllegalArgumentException(
                    "all %d tokens are kept, must be fewer: none is left to draw".formatted(kept.length));
        }
    }

    /** None, as where an image is drawn from nothing. */
    static KeptTokens none(MarConfig config) {
        return new KeptTokens(new float[config.tokens() * config.tokenSize()], new boolean[config.tokens()]);
    }

    private static int count(boolean[] kept) {
        return (int) IntStream.range(0, kept.length).filter(i -> kept[i]).count();
    }

    /** How many tokens are drawn. */
    public int hidden() {
        return kept.length - count(kept);
    }

    /**
     * An order of which the kept tokens are last, as if they had been drawn before all others, which keep their order.
     *
     * @param order {@code (L)}, a permutation
     * @return {@code (L)}
     */
    int[] last(int[] order) {
        return IntStream.concat(
                        Arrays.stream(order).filter(position -> !kept[position]),
                        Arrays.stream(order).filter(position -> kept[position]))
                .toArray();
    }

    /** The values for each sample of a batch, {@code (B L, D)}, zeros where nothing is kept. */
    float[] repeated(int batch) {
        float[] all = new float[batch * values.length];
        int size = values.length / kept.length;
        for (int i = 0; i < all.length; i++) {
            int own = i % values.length;
            all[i] = kept[own / size] ? values[own] : 0;
        }
        return all;
    }

    /** Which tokens of a batch are known from the beginning, {@code (B L)}. */
    boolean[] known(int batch) {
        boolean[] known = new boolean[batch * kept.length];
        for (int b = 0; b < batch; b++) {
            System.arraycopy(kept, 0, known, b * kept.length, kept.length);
        }
        return known;
    }
}
