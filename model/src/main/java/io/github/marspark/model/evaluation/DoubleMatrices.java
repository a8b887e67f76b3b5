package io.github.marspark.model.evaluation;

import io.github.marspark.model.tensor.Blas;
import org.bytedeco.openblas.global.openblas;

/**
 * Products of matrices and eigenvalues of symmetric ones in double precision, by OpenBLAS and its LAPACK on the calling
 * thread alone. Matrices lie row after row.
 */
final class DoubleMatrices {
    private static final byte VALUES = 'N';
    private static final byte VECTORS = 'V';
    private static final byte UPPER = 'U';

    static {
        Blas.ofThisProcess(); // keeps OpenBLAS to one thread
    }

    private DoubleMatrices() {}

    /**
     * The product {@code a b^T}.
     *
     * @param a {@code (rows, inner)}
     * @param b {@code (columns, inner)}
     * @return {@code (rows, columns)}
     */
    static double[] timesTransposed(double[] a, double[] b, int inner) {
        int rows = a.length / inner;
        int columns = b.length / inner;
        double[] product = new double[Math.multiplyExact(rows, columns)];
        openblas.cblas_dgemm(
                openblas.CblasRowMajor,
                openblas.CblasNoTrans,
                openblas.CblasTrans,
                rows,
                columns,
                inner,
                1,
                a,
                inner,
                b,
                inner,
                0,
                product,
                columns);
        return product;
    }

    /**
     * The eigenvalues of a symmetric matrix.
     *
     * @param matrix {@code (n, n)}
     * @return n values, ascending
     */
    static double[] eigenvalues(double[] matrix, int n) {
        return solve(VALUES, matrix.clone(), n);
    }

    /**
     * The eigenvalues and eigenvectors of a symmetric matrix.
     *
     * @param matrix {@code (n, n)}; becomes the eigenvectors, one a row, in the order of their values
     * @return n values, ascending
     */
    static double[] decompose(double[] matrix, int n) {
        return solve(VECTORS, matrix, n);
    }

    /** A symmetric matrix is the same in either order; in column order each vector is a row of what Java sees. */
    private static double[] solve(byte wanted, double[] matrix, int n) {
        double[] values = new double[n];
        int status = openblas.LAPACKE_dsyevd(openblas.LAPACK_COL_MAJOR, wanted, UPPER, n, matrix, n, values);
        if (status != 0) {
            throw new IllegalStateException(
                    "LAPACK's dsyevd finds no eigenvalues of a matrix " + n + " x " + n + " and answers " + status);
        }
        return values;
    }
}
