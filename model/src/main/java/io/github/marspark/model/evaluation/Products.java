package io.github.marspark.model.evaluation;

import io.github.marspark.model.tensor.Threads;

/**
 * Products of matrices in double precision whose sums run in the order of the inner dimension, one addition after
 * another: the same bits on any processor and any number of threads. A matrix is an array of its rows.
 */
final class Products {
    /** Rows of the right factor that are used while they are in the processor's cache. */
    private static final int PANEL = 64;

    /** Which elements of a product are computed; the others stay 0. */
    enum Part {
        /** All. */
        WHOLE,
        /** The diagonal and what is above it. */
        UPPER
    }

    private Products() {}

    /**
     * The product {@code a b}.
     *
     * @param a {@code (rows, inner)}
     * @param b {@code (inner, columns)}
     * @return {@code (rows, columns)}
     */
    static double[][] multiply(double[][] a, double[][] b, Part part, Threads threads) {
        int rows = a.length;
        double[][] product = new double[rows][b[0].length];
        threads.split((rows + 1) / 2, 1, (from, to) -> { // of a triangle, long rows go with short ones
            multiply(a, b, part, product, from, to);
            multiply(a, b, part, product, Math.max(to, rows - to), rows - from);
        });
        return product;
    }

    private static void multiply(double[][] a, double[][] b, Part part, double[][] product, int from, int to) {
        for (int first = 0; first < b.length; first += PANEL) {
            int end = Math.min(b.length, first + PANEL);
            for (int i = from; i < to; i++) {
                add(a[i], b, first, end, part == Part.UPPER ? i : 0, product[i]);
            }
        }
    }

    /** {@code sums[j] += sum of factors[k] rows[k][j]} for k from {@code first} to {@code end} and j from {@code from}. */
    static void add(double[] factors, double[][] rows, int first, int end, int from, double[] sums) {
        int k = first;
        for (; k + 4 <= end; k += 4) {
            addFour(factors, k, rows[k], rows[k + 1], rows[k + 2], rows[k + 3], from, sums);
        }
        for (; k < end; k++) {
            double factor = factors[k];
            double[] row = rows[k];
            for (int j = from; j < sums.length; j++) {
                sums[j] += factor * row[j];
            }
        }
    }

    private static void addFour(
            double[] factors, int k, double[] a, double[] b, double[] c, double[] d, int from, double[] sums) {
        double factorA = factors[k];
        double factorB = factors[k + 1];
        double factorC = factors[k + 2];
        double factorD = factors[k + 3];
        for (int j = from; j < sums.length; j++) {
            sums[j] = sums[j] + factorA * a[j] + factorB * b[j] + factorC * c[j] + factorD * d[j];
        }
    }

    /** The matrix with rows and columns exchanged. */
    static double[][] transposed(double[][] matrix) {
        double[][] result = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < result.length; j++) {
                result[j][i] = matrix[i][j];
            }
        }
        return result;
    }
}
