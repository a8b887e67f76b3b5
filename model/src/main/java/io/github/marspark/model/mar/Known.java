package io.github.marspark.model.mar;

import java.util.Arrays;

/**
 * Which tokens of each sample the encoder sees: {@code K} positions a sample, ascending, the same number for all.
 *
 * @param tokens L
 * @param positions {@code (B, K)}, each row ascending without repeats
 */
public record Known(int tokens, int[][] positions) {
    /** Checks that every sample has as many, and that they ascend within the image. */
    public Known {
        for (int[] row : positions) {
            if (row.length != positions[0].length) {
                throw new IllegalArgumentException("known positions are " + positions[0].length
                        + " in the first sample and " + row.length + " in another, must be equally many");
            }
            for (int k = 0; k < row.length; k++) {
                if (row[k] >= tokens || row[k] <= (k == 0 ? -1 : row[k - 1])) {
                    throw new IllegalArgumentException("known positions are " + Arrays.toString(row)
                            + ", must ascend without repeats within 0 to " + (tokens - 1));
                }
            }
        }
    }

    /**
     * The positions that a mask leaves.
     *
     * @param mask {@code (B, L)}, true for unknown
     */
    public static Known outside(boolean[][] mask) {
        int[][] positions = new int[mask.length][];
        for (int b = 0; b < mask.length; b++) {
            boolean[] row = mask[b];
            positions[b] = java.util.stream.IntStream.range(0, row.length)
                    .filter(l -> !row[l])
                    .toArray();
        }
        return new Known(mask[0].length, positions);
    }

    /** B, number of samples. */
    public int batch() {
        return positions.length;
    }

    /** K, known tokens a sample. */
    public int count() {
        return positions[0].length;
    }

    /** Every position that is not known, {@code b L + l}, sample after sample, ascending. */
    public int[] unknownRows() {
        boolean[] known = new boolean[batch() * tokens];
        for (int b = 0; b < batch(); b++) {
            for (int position : positions[b]) {
                known[b * tokens + position] = true;
            }
        }
        return java.util.stream.IntStream.range(0, known.length)
                .filter(row -> !known[row])
                .toArray();
    }
}
