package io.github.marspark.model.dl4j;

import io.github.marspark.model.mar.MarConfig;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch as the array of features that a DL4J graph is given: one row a sample, {@code (B, 5 + L D)}: training step and
 * sample index in two halves of 16 bits each, label, tokens.
 *
 * <p>Everything that chance decides follows from step and sample, so it need not travel.
 *
 * @param step training step
 * @param samples {@code (B)}, index of each sample in the data
 * @param labels {@code (B)}, class of each sample
 * @param tokens {@code (B L, D)}, scaled latents
 */
public record MarFeatures(long step, long[] samples, int[] labels, float[] tokens) {
    private static final int HEADER = 5;
    private static final int HALF = 1 << 16;

    /** Number of features a sample. */
    public static int width(MarConfig config) {
        return HEADER + config.tokens() * config.tokenSize();
    }

    /** The batch as features, {@code (B, 5 + L D)}, float32. */
    public INDArray toArray() {
        int size = tokens.length / samples.length;
        float[][] rows = new float[samples.length][HEADER + size];
        for (int b = 0; b < rows.length; b++) {
            rows[b][0] = high(step);
            rows[b][1] = low(step);
            rows[b][2] = high(samples[b]);
            rows[b][3] = low(samples[b]);
            rows[b][4] = labels[b];
            System.arraycopy(tokens, b * size, rows[b], HEADER, size);
        }
        return Nd4j.createFromArray(rows);
    }

    /** The batch as DL4J trains on it; the labels are among the features, so the data set's are zeros. */
    public MultiDataSet toDataSet() {
        return new MultiDataSet(toArray(), Nd4j.zeros(samples.length, 1));
    }

    /**
     * Reads what {@link #toArray} wrote.
     *
     * @throws IllegalArgumentException if the rows are not of one step
     */
    static MarFeatures of(INDArray features) {
        float[][] rows = features.toFloatMatrix();
        int size = rows[0].length - HEADER;
        long step = number(rows[0], 0);
        long[] samples = new long[rows.length];
        int[] labels = new int[rows.length];
        float[] tokens = new float[rows.length * size];
        for (int b = 0; b < rows.length; b++) {
            if (number(rows[b], 0) != step) {
                throw new IllegalArgumentException(
                        "features are of steps " + step + " and " + number(rows[b], 0) + ", must be of one step");
            }
            samples[b] = number(rows[b], 2);
            labels[b] = (int) rows[b][4];
            System.arraycopy(rows[b], HEADER, tokens, b * size, size);
        }
        return new MarFeatures(step, samples, labels, tokens);
    }

    private static float high(long number) {
        return Math.floorDiv(number, HALF);
    }

    private static float low(long number) {
        return Math.floorMod(number, HALF);
    }

    private static long number(float[] row, int start) {
        long high = (long) row[start];
        return high * HALF + (long) row[start + 1];
    }
}
