package io.github.marspark.model.mar;

import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.Masking;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What one iteration of a generation asks the network: the tokens so far, and which are next. Legend as in
 * {@link MarNetwork}.
 *
 * @param tokens {@code (B L, D)}; what is hidden has any value
 * @param labels {@code (B)}, class of each sample, or -1 for none
 * @param orders {@code (B, L)}
 * @param masked how many tokens of each sample are hidden
 * @param next {@code (R)}, numbers of the tokens to be drawn, sample after sample, ascending
 */
record GenerationBatch(float[] tokens, int[] labels, int[][] orders, int masked, int[] next) {
    /** The batch of an iteration. */
    static GenerationBatch of(
            float[] tokens, int[] labels, int[][] orders, GenerationSchedule schedule, int iteration) {
        int[] next = IntStream.range(0, orders.length)
                .flatMap(b ->
                        IntStream.of(schedule.positions(orders[b], iteration)).map(l -> b * schedule.tokens() + l))
                .toArray();
        return new GenerationBatch(tokens, labels, orders, schedule.masked(iteration), next);
    }

    /** The same samples, and behind them all once more without their labels. */
    GenerationBatch guided() {
        int behind = orders.length * orders[0].length;
        return new GenerationBatch(
                twice(tokens),
                IntStream.concat(IntStream.of(labels), IntStream.of(labels).map(label -> -1))
                        .toArray(),
                Stream.concat(Stream.of(orders), Stream.of(orders)).toArray(int[][]::new),
                masked,
                IntStream.concat(IntStream.of(next), IntStream.of(next).map(token -> behind + token))
                        .toArray());
    }

    private static float[] twice(float[] values) {
        float[] twice = Arrays.copyOf(values, 2 * values.length);
        System.arraycopy(values, 0, twice, values.length, values.length);
        return twice;
    }

    /** Which tokens are hidden. */
    Masking masking() {
        return Masking.of(orders, masked);
    }

    /**
     * Writes the next tokens.
     *
     * @param drawn {@code (R, D)}
     */
    void reveal(float[] drawn) {
        int size = drawn.length / next.length;
        for (int row = 0; row < next.length; row++) {
            System.arraycopy(drawn, row * size, tokens, next[row] * size, size);
        }
    }
}
