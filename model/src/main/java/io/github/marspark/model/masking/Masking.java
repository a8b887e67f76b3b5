package io.github.marspark.model.masking;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Which tokens of a batch are hidden: the first {@code n} of each sample's order. Every sample hides as many. Immutable and
 * thread-safe.
 *
 * <p>{@code B} samples, {@code L} tokens, {@code n} masked and {@code K = L - n} known ones.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.4</a>
 */
public final class Masking {
    private final int[][] orders;
    private final int masked;

    private Masking(int[][] orders, int masked) {
        this.orders = orders;
        this.masked = masked;
    }

    /**
     * Hides the first tokens of each order.
     *
     * @param orders one permutation of {@code 0 … L-1} a sample, {@code (B, L)}
     * @param masked {@code n}, in {@code 0 … L}
     * @return the masking of the batch
     * @throws IllegalArgumentException when an order is no permutation, the orders differ in length or {@code masked} is
     *     out of range
     */
    public static Masking of(int[][] orders, int masked) {
        if (orders.length == 0) {
            throw new IllegalArgumentException("the number of orders is 0, must be at least 1");
        }
        int tokens = orders[0].length;
        if (masked < 0 || masked > tokens) {
            throw new IllegalArgumentException("masked is %s, must be in 0 … %s".formatted(masked, tokens));
        }
        for (int sample = 0; sample < orders.length; sample++) {
            requirePermutation("orders[" + sample + "]", orders[sample], tokens);
        }
        return new Masking(Arrays.stream(orders).map(int[]::clone).toArray(int[][]::new), masked);
    }

    /**
     * The number of tokens to hide.
     *
     * @param tokens {@code L}
     * @param rate mask rate, in {@code [0, 1]}
     * @return {@code n = ceil(L rate)}
     * @throws IllegalArgumentException when the rate is none
     */
    public static int count(int tokens, double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("mask rate is " + rate + ", must be in [0, 1]");
        }
        return (int) Math.ceil(tokens * rate);
    }

    /**
     * Checks that an order holds each position once.
     *
     * @param name what to call it in the message
     * @param order positions
     * @param tokens {@code L}
     * @throws IllegalArgumentException when it is no permutation of {@code 0 … L-1}
     */
    public static void requirePermutation(String name, int[] order, int tokens) {
        if (order.length != tokens) {
            throw new IllegalArgumentException(
                    "%s has %s positions, must have %s".formatted(name, order.length, tokens));
        }
        BitSet seen = new BitSet(tokens);
        for (int position : order) {
            if (position < 0 || position >= tokens || seen.get(position)) {
                throw new IllegalArgumentException("%s is no permutation of 0 … %s: %s is out of range or repeated"
                        .formatted(name, tokens - 1, position));
            }
            seen.set(position);
        }
    }

    /**
     * The number of samples.
     *
     * @return {@code B}
     */
    public int samples() {
        return orders.length;
    }

    /**
     * The number of tokens of a sample.
     *
     * @return {@code L}
     */
    public int tokens() {
        return orders[0].length;
    }

    /**
     * The number of hidden tokens of a sample.
     *
     * @return {@code n}
     */
    public int masked() {
        return masked;
    }

    /**
     * The number of known tokens of a sample.
     *
     * @return {@code K}
     */
    public int known() {
        return tokens() - masked;
    }

    /**
     * The mask.
     *
     * @return {@code (B, L)}, float32: 1 for a hidden token, 0 for a known one
     */
    public float[] mask() {
        float[] mask = new float[samples() * tokens()];
        for (int sample = 0; sample < samples(); sample++) {
            for (int i = 0; i < masked; i++) {
                mask[sample * tokens() + orders[sample][i]] = 1;
            }
        }
        return mask;
    }

    /**
     * The position that is generated as a sample's i-th: the orders are generated from their end.
     *
     * @param sample in {@code 0 … B-1}
     * @param i in {@code 0 … L-1}
     * @return in {@code 0 … L-1}
     */
    public int generated(int sample, int i) {
        return orders[sample][tokens() - 1 - i];
    }

    /**
     * A sample's hidden positions.
     *
     * @param sample in {@code 0 … B-1}
     * @return {@code (n)}, ascending
     */
    public int[] maskedPositions(int sample) {
        return ascending(orders[sample], 0, masked);
    }

    /**
     * A sample's known positions, in which the encoder sees the tokens.
     *
     * @param sample in {@code 0 … B-1}
     * @return {@code (K)}, ascending
     */
    public int[] knownPositions(int sample) {
        return ascending(orders[sample], masked, tokens());
    }

    /**
     * Every sample's known positions.
     *
     * @return {@code (B, K)}, each row ascending
     */
    public int[][] knownPositions() {
        return IntStream.range(0, samples()).mapToObj(this::knownPositions).toArray(int[][]::new);
    }

    static int[] ascending(int[] order, int from, int to) {
        return IntStream.range(from, to).map(i -> order[i]).sorted().toArray();
    }
}
