package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;

/**
 * The rows of a causal network's batch: of each of {@code B} samples its {@code L} slots, in the order of generation. Slot
 * i predicts the token at position {@code s_i} and is given the one before it, slot 0 the class.
 *
 * @param masking whose orders are generated from their end
 */
record CausalRows(Masking masking) {
    /** What each slot is made of, {@code (B L)}: token {@code b L + s_(i-1)}, or {@code -1 - b}, the class of sample b. */
    int[] sources() {
        return ofSlots((b, i) -> i == 0 ? -1 - b : b * masking.tokens() + position(b, i - 1));
    }

    /** The row of the table of each slot's own position, {@code (B L)}: 0 for the class, {@code 1 + s_(i-1)} for a token. */
    int[] ownPositions() {
        return ofSlots((b, i) -> i == 0 ? 0 : 1 + position(b, i - 1));
    }

    /** The token that each slot predicts, {@code b L + s_i}, {@code (B L)}. */
    int[] targets() {
        return ofSlots((b, i) -> b * masking.tokens() + position(b, i));
    }

    private int position(int sample, int slot) {
        return masking.generated(sample, slot);
    }

    private int[] ofSlots(IntBinaryOperator row) {
        int length = masking.tokens();
        return IntStream.range(0, masking.samples() * length)
                .map(slot -> row.applyAsInt(slot / length, slot % length))
                .toArray();
    }
}
