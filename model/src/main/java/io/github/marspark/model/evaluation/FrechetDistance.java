package io.github.marspark.model.evaluation;

import io.github.marspark.model.evaluation.Products.Part;
import io.github.marspark.model.tensor.Threads;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The Fréchet distance between two normal distributions, {@code |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))}. With the
 * features of the Inception network of 2015 it is the FID.
 *
 * <p>The trace of the root is the sum of the roots of the eigenvalues of {@code R S2 R^T} with {@code S1 = R^T R}, which
 * is symmetric and has the eigenvalues of {@code S1 S2} but some that are 0. Nothing is added to a diagonal. A value
 * slightly below 0 is rounding.
 *
 * @param means {@code |m1 - m2|^2}
 * @param covariances the rest
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017, section 3</a>
 * @see <a href="https://doi.org/10.1016/0047-259X(82)90077-X">Dowson and Landau 1982</a>
 */
public record FrechetDistance(double means, double covariances) {
    /**
     * The distance between two sets of images; the same bits on every processor.
     *
     * @param threads share the products
     * @throws IllegalArgumentException if the dimensions differ, or a covariance has negative eigenvalues
     */
    public static FrechetDistance between(FeatureStatistics one, FeatureStatistics other, Threads threads) {
        if (one.dimension() != other.dimension()) {
            throw new IllegalArgumentException("the statistics have " + one.dimension() + " and " + other.dimension()
                    + " dimensions: they are of different features");
        }
        double root = traceOfRoot(one.rows(), other.rows(), threads);
        return new FrechetDistance(squaredDistance(one.mean(), other.mean()), one.trace() + other.trace() - 2 * root);
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private static double traceOfRoot(double[][] one, double[][] other, Threads threads) {
        double[][] root = SemidefiniteRoot.of(one); // (rank, D)
        if (root.length == 0) {
            return 0;
        }
        double[][] left = Products.multiply(root, other, Part.WHOLE, threads); // (rank, D)
        double[][] product = Products.multiply(left, Products.transposed(root), Part.UPPER, threads); // (rank, rank)
        double trace = 0;
        for (double value : eigenvalues(product)) {
            trace += Math.sqrt(Math.max(value, 0));
        }
        return trace;
    }

    private static double[] eigenvalues(double[][] upper) {
        int n = upper.length;
        DMatrixRMaj matrix = new DMatrixRMaj(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                matrix.set(i, j, upper[i][j]);
                matrix.set(j, i, upper[i][j]);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, false, true);
        if (!eigen.decompose(matrix)) {
            throw new IllegalStateException("the eigenvalues of a matrix " + n + " x " + n + " were not found");
        }
        return IntStream.range(0, n)
                .mapToDouble(i -> eigen.getEigenvalue(i).getReal())
                .toArray();
    }

    /** The distance. */
    public double value() {
        return means + covariances;
    }
}
