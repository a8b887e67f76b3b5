package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows that the decoder is given: of each of {@code B} samples the {@code S} of the buffer, then all its {@code L}
 * tokens. Tokens are numbered {@code b L + l} through the batch.
 *
 * @param masking which tokens are hidden
 * @param buffer {@code S}
 */
record DecoderRows(Masking masking, int buffer) {
    private int length() {
        return buffer + masking.tokens();
    }

    /** What each row is made of, {@code (B (S + L))}: a row of the encoder's, or -1, the mask token. */
    int[] sources() {
        int[] kept = new EncoderRows(masking, buffer).positions();
        int keptOfSample = kept.length / masking.samples();
        int[] sources = new int[masking.samples() * length()];
        Arrays.fill(sources, -1);
        for (int row = 0; row < kept.length; row++) {
            sources[row / keptOfSample * length() + kept[row]] = row;
        }
        return sources;
    }

    /** Each row's position among a sample's {@code S + L}, of which the buffer has the first, {@code (B (S + L))}. */
    int[] positions() {
        return IntStream.range(0, masking.samples() * length())
                .map(row -> row % length())
                .toArray();
    }

    /** The row of each of some tokens. */
    int[] of(int[] tokens) {
        return IntStream.of(tokens)
                .map(token -> token / masking.tokens() * length() + buffer + token % masking.tokens())
                .toArray();
    }

    /** The position in its image of each of some tokens. */
    int[] positionsInImage(int[] tokens) {
        return IntStream.of(tokens).map(token -> token % masking.tokens()).toArray();
    }
}
