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

    /** The batch of an iteration that asks for all hidden tokens, of which it will keep some. */
    static GenerationBatch ofAllHidden(
            float[] tokens, int[] labels, int[][] orders, GenerationSchedule schedule, int iteration) {
        int masked = schedule.masked(iteration);
        Masking masking = Masking.of(orders, masked);
        int[] next = IntStream.range(0, orders.length)
                .flatMap(b -> IntStream.of(masking.maskedPositions(b)).map(l -> b * schedule.tokens() + l))
                .toArray();
        return new GenerationBatch(tokens, labels, orders, masked, next);
    }

    /** L, tokens a sample. */
    int length() {
        return orders[0].length;
    }

    /** The number of each sample's token that was revealed last; none before the first. */
    int[] lastRevealed() {
        return IntStream.range(0, masked == length() ? 0 : orders.length)
                .map(b -> b * length() + orders[b][masked])
                .toArray();
    }

    /** The values of some tokens, {@code (N, D)}. */
    float[] values(int[] numbers) {
        int size = tokens.length / (orders.length * length());
        float[] values = new float[numbers.length * size];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(tokens, numbers[i] * size, values, i * size, size);
        }
        return values;
    }

    /** The same samples, and behind them all once more without their labels. */
    GenerationBatch guided() {
        int behind = orders.length * length();
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
     * Writes those of the next tokens that are in a sample's order behind the ones that stay hidden.
     *
     * @param drawn {@code (R, D)}
     * @param left how many tokens of a sample stay hidden
     */
    void reveal(float[] drawn, int left) {
        Masking after = Masking.of(orders, left);
        float[] hidden = after.mask();
        int size = drawn.length / next.length;
        for (int row = 0; row < next.length; row++) {
            if (hidden[next[row]] == 0) {
                System.arraycopy(drawn, row * size, tokens, next[row] * size, size);
            }
        }
    }
}
