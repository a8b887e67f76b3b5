package io.github.marspark.model.evaluation;

/**
 * A factor of a covariance, {@code S = R^T R}, by Cholesky's decomposition with pivots: of as many rows as the covariance
 * has rank. It ends where what is left of the matrix is the rounding of 0, which shows by a pivot near 0, or by a rest
 * without semidefiniteness.
 *
 * <p>Variances are scaled to 1 first, so that what counts as 0 does not depend on the units of features.
 *
 * @see <a href="https://doi.org/10.1002/wics.18">Higham 2009, Cholesky factorization</a>
 */
final class SemidefiniteRoot {
    /** Half the distance from 1 to the next double. */
    private static final double UNIT = 0x1p-53;

    /** The most that rounding to float32 leaves of a variance of 1 that should be 0, through a thousand eliminations. */
    private static final double MOST_ROUNDING = 1e-3;

    private final double[][] covariance;
    private final double[] deviations;
    private final double[] left;
    private final double[][] rows;
    private int rank;

    private SemidefiniteRoot(double[][] covariance) {
        int n = covariance.length;
        this.covariance = covariance;
        this.deviations = new double[n];
        this.left = new double[n];
        this.rows = new double[n][];
        for (int i = 0; i < n; i++) {
            deviations[i] = Math.sqrt(covariance[i][i]);
            left[i] = covariance[i][i] > 0 ? 1 : 0;
        }
    }

    /**
     * The factor of a covariance.
     *
     * @param covariance {@code (n, n)}, symmetric
     * @return R, {@code (rank, n)}
     * @throws IllegalArgumentException if the matrix has negative eigenvalues that are no rounding
     */
    static double[][] of(double[][] covariance) {
        SemidefiniteRoot root = new SemidefiniteRoot(covariance);
        int pivot = root.pivot();
        while (pivot >= 0 && root.eliminate(pivot)) {
            pivot = root.pivot();
        }
        return root.scaled();
    }

    /** The feature of which most is left of its variance; -1 if nothing is left of any. */
    private int pivot() {
        int pivot = -1;
        double most = left.length * UNIT;
        for (int i = 0; i < left.length; i++) {
            if (left[i] > most) {
                most = left[i];
                pivot = i;
            }
        }
        return pivot;
    }

    /** Takes from every feature what a pivot explains; false if what is left is rounding. */
    private boolean eliminate(int pivot) {
        double[] row = rest(pivot);
        double variance = row[pivot];
        if (variance <= 0 || !isSemidefinite(row, pivot)) {
            if (left[pivot] > MOST_ROUNDING) {
                throw new IllegalArgumentException("the covariance has negative eigenvalues: it is none");
            }
            return false;
        }
        double scale = 1 / Math.sqrt(variance);
        for (int i = 0; i < row.length; i++) {
            row[i] *= scale;
            left[i] = i == pivot ? 0 : Math.max(0, left[i] - row[i] * row[i]);
        }
        rows[rank++] = row;
        return true;
    }

    /** A row of what earlier pivots left of the correlations. */
    private double[] rest(int pivot) {
        double[] factors = new double[rank];
        for (int k = 0; k < rank; k++) {
            factors[k] = -rows[k][pivot];
        }
        double[] row = new double[left.length];
        for (int i = 0; i < row.length; i++) {
            double scale = deviations[i] * deviations[pivot];
            row[i] = scale > 0 ? covariance[pivot][i] / scale : 0;
        }
        Products.add(factors, rows, 0, rank, 0, row);
        for (int i = 0; i < row.length; i++) {
            row[i] = left[i] > 0 ? row[i] : 0;
        }
        return row;
    }

    /** Whether no correlation with the pivot is larger than what is left of both variances allows. */
    private boolean isSemidefinite(double[] row, int pivot) {
        double rounding = left.length * UNIT;
        for (int i = 0; i < row.length; i++) {
            if (i != pivot && row[i] * row[i] > row[pivot] * (1.001 * left[i] + rounding)) {
                return false;
            }
        }
        return true;
    }

    private double[][] scaled() {
        double[][] result = new double[rank][];
        for (int k = 0; k < rank; k++) {
            result[k] = rows[k];
            for (int i = 0; i < deviations.length; i++) {
                result[k][i] *= deviations[i];
            }
        }
        return result;
    }
}
