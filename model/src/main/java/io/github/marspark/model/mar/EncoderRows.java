package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The rows that the encoder is given: of each of {@code B} samples the {@code S} of the buffer, then its {@code K} known
 * tokens in ascending order.
 *
 * @param masking which of the {@code L} tokens are hidden
 * @param buffer {@code S}
 */
record EncoderRows(Masking masking, int buffer) {
    /** What each row is made of, {@code (B (S + K))}: token {@code b L + l}, or {@code -1 - b}, the class of sample b. */
    int[] sources() {
        return ofSamples(b -> IntStream.concat(
                IntStream.generate(() -> -1 - b).limit(buffer),
                IntStream.of(masking.knownPositions(b)).map(l -> b * masking.tokens() + l)));
    }

    /** Each row's position among a sample's {@code S + L}, of which the buffer has the first, {@code (B (S + K))}. */
    int[] positions() {
        return ofSamples(b -> IntStream.concat(
                IntStream.range(0, buffer),
                IntStream.of(masking.knownPositions(b)).map(l -> buffer + l)));
    }

    private int[] ofSamples(IntFunction<IntStream> rows) {
        return IntStream.range(0, masking.samples())
                .mapToObj(rows)
                .flatMapToInt(row -> row)
                .toArray();
    }
}
