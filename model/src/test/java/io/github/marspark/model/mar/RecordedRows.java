package io.github.marspark.model.mar;

import static io.github.marspark.model.mar.Reference.TRAIN;

import io.github.marspark.model.masking.Masking;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Which rows of the recorded arrays the network computes, and which of the network's are recorded several times. */
final class RecordedRows {
    private RecordedRows() {}

    /** Of a recorded (B, S + L, E) the rows that the encoder keeps. */
    static double[] kept(String recorded, Masking masking) {
        int buffer = Reference.config().buffer();
        return rows(
                recorded,
                Reference.config().tokens() + buffer,
                b -> IntStream.concat(
                        IntStream.range(0, buffer),
                        IntStream.of(masking.knownPositions(b)).map(l -> l + buffer)));
    }

    /** Of a recorded (B, S + L, E) the rows of tokens. */
    static double[] tokensOf(String recorded) {
        int buffer = Reference.config().buffer();
        int length = Reference.config().tokens() + buffer;
        return rows(recorded, length, b -> IntStream.range(buffer, length));
    }

    private static double[] rows(String recorded, int length, IntFunction<IntStream> chosen) {
        return rows(
                recorded,
                IntStream.range(0, Reference.batch())
                        .flatMap(b -> chosen.apply(b).map(row -> b * length + row))
                        .toArray());
    }

    private static double[] rows(String recorded, int[] rows) {
        return rows(TRAIN.doubles(recorded), rows, TRAIN.shape(recorded)[2]);
    }

    /** Some rows of a matrix. */
    static double[] rows(double[] values, int[] rows, int width) {
        double[] result = new double[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, result, i * width, width);
        }
        return result;
    }

    /** For each row of the head the one of its time step, of which there is one for each distinct time step. */
    static int[] ofTimesteps() {
        int[] timesteps = TRAIN.ints("in.t");
        int[] distinct = IntStream.of(timesteps).sorted().distinct().toArray();
        return IntStream.of(timesteps)
                .map(t -> Arrays.binarySearch(distinct, t))
                .toArray();
    }

    /** All tokens of all samples. */
    static int[] allTokens() {
        return IntStream.range(0, Reference.batch() * Reference.config().tokens())
                .toArray();
    }

    /** The row of the condition for each row of the head. */
    static int[] ofConditions() {
        int rows = Reference.batch() * Reference.config().tokens();
        return IntStream.range(0, TRAIN.shape("in.t")[0]).map(n -> n % rows).toArray();
    }
}
