package io.github.marspark.model.evaluation;

/**
 * The Fréchet distance between two normal distributions, {@code |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))}. With the
 * features of the Inception network of 2015 it is the FID.
 *
 * <p>The root's trace is computed by symmetric matrices alone: {@code S1 = V L V^T}, {@code T = H S2 H^T} with
 * {@code H = max(L, 0)^(1/2) V^T}, whose eigenvalues are those of {@code S1 S2}. Nothing is added to a diagonal. A value
 * slightly below 0 is rounding.
 *
 * @param means {@code |m1 - m2|^2}
 * @param covariances the rest
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017, section 3</a>
 * @see <a href="https://doi.org/10.1016/0047-259X(82)90077-X">Dowson and Landau 1982</a>
 */
public record FrechetDistance(double means, double covariances) {
    /**
     * The distance between two sets of images.
     *
     * @throws IllegalArgumentException if the dimensions differ
     */
    public static FrechetDistance between(FeatureStatistics one, FeatureStatistics other) {
        if (one.dimension() != other.dimension()) {
            throw new IllegalArgumentException("the statistics have " + one.dimension() + " and " + other.dimension()
                    + " dimensions: they are of different features");
        }
        double root = traceOfRoot(one.covariance(), other.covariance(), one.dimension());
        return new FrechetDistance(squaredDistance(one.mean(), other.mean()), one.trace() + other.trace() - 2 * root);
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private static double traceOfRoot(double[] one, double[] other, int n) {
        double[] root = rootOf(one, n);
        double[] left = DoubleMatrices.timesTransposed(root, other, n);
        double[] product = DoubleMatrices.timesTransposed(left, root, n);
        symmetrize(product, n);
        double trace = 0;
        for (double value : DoubleMatrices.eigenvalues(product, n)) {
            trace += Math.sqrt(Math.max(value, 0));
        }
        return trace;
    }

    /** {@code max(L, 0)^(1/2) V^T} of a symmetric matrix, in its memory. */
    private static double[] rootOf(double[] matrix, int n) {
        double[] values = DoubleMatrices.decompose(matrix, n);
        for (int row = 0; row < n; row++) {
            double factor = Math.sqrt(Math.max(values[row], 0));
            for (int i = row * n; i < (row + 1) * n; i++) {
                matrix[i] *= factor;
            }
        }
        return matrix;
    }

    private static void symmetrize(double[] matrix, int n) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double mean = 0.5 * (matrix[i * n + j] + matrix[j * n + i]);
                matrix[i * n + j] = mean;
                matrix[j * n + i] = mean;
            }
        }
    }

    /** The distance. */
    public double value() {
        return means + covariances;
    }
}
