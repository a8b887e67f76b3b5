package io.github.marspark.model.mar;

import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The order in which a sample's tokens are generated: a permutation of its L positions, of which the last is the first. */
public enum TokenOrder {
    /** Another one for each sample and step. */
    RANDOM {
        @Override
        int[] of(int tokens, Supplier<int[]> drawn) {
            return drawn.get();
        }
    },
    /** Row after row, from left to right. */
    RASTER {
        @Override
        int[] of(int tokens, Supplier<int[]> drawn) {
            return IntStream.range(0, tokens).map(i -> tokens - 1 - i).toArray();
        }
    };

    /**
     * A sample's order.
     *
     * @param tokens L
     * @param drawn a permutation that chance decides, asked for where it counts
     * @return {@code (L)}
     */
    abstract int[] of(int tokens, Supplier<int[]> drawn);
}
