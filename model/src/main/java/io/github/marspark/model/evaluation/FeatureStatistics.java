package io.github.marspark.model.evaluation;

import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Mean and covariance of the features of a set of images: all that the Fréchet distance needs of it. Immutable and
 * thread-safe.
 */
public final class FeatureStatistics {
    /** Greatest difference of two mirrored covariances, as a share of the largest magnitude. */
    private static final double ASYMMETRY = 1e-6;

    private final OptionalLong count;
    private final double[] mean;
    private final double[] covariance;

    /**
     * Statistics of unknown origin.
     *
     * @param count number of images, if it is known
     * @param mean {@code (D)}
     * @param covariance {@code (D, D)}, symmetric, row after row
     * @throws IllegalArgumentException if the sizes do not fit, a number is not finite, a variance is negative, or the
     *     covariance is not symmetric
     */
    public FeatureStatistics(OptionalLong count, double[] mean, double[] covariance) {
        this.count = count;
        this.mean = mean.clone();
        this.covariance = covariance.clone();
        requireSizes();
        requireFinite("mean", this.mean);
        requireFinite("covariance", this.covariance);
        requireVariances();
        requireSymmetry();
    }

    /**
     * The statistics of a set.
     *
     * @throws IllegalStateException if there are fewer than two images
     */
    public static FeatureStatistics of(Moments moments) {
        return new FeatureStatistics(OptionalLong.of(moments.count()), moments.mean(), moments.covariance());
    }

    /**
     * The statistics of features at hand, the same as those of any number of tasks.
     *
     * @param threads share the work of a block
     * @throws IllegalArgumentException if there is no image or a feature is not finite
     * @throws IllegalStateException if there is one image
     */
    public static FeatureStatistics of(Features features, Threads threads) {
        MomentTree tree = new MomentTree(features.count());
        for (int first = 0; first < features.count(); first += MomentTree.BLOCK) {
            int end = Math.min(features.count(), first + MomentTree.BLOCK);
            tree.add(first / MomentTree.BLOCK, Moments.of(features, first, end, threads));
        }
        return of(tree.root());
    }

    private void requireSizes() {
        if (mean.length == 0 || covariance.length != (long) mean.length * mean.length) {
            throw new IllegalArgumentException("mean has " + mean.length + " values and covariance " + covariance.length
                    + ", must have at least 1 and the square of it");
        }
        if (count.isPresent() && count.getAsLong() < 2) {
            throw new IllegalArgumentException("count is " + count.getAsLong() + ", must be at least 2");
        }
    }

    private static void requireFinite(String name, double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException(name + " holds " + values[i] + " at " + i + ", must be finite");
            }
        }
    }

    private void requireVariances() {
        for (int i = 0; i < mean.length; i++) {
            if (variance(i) < 0) {
                throw new IllegalArgumentException(
                        "covariance holds the variance " + variance(i) + " of feature " + i + ", must be at least 0");
            }
        }
    }

    private void requireSymmetry() {
        double largest = 0;
        for (int i = 0; i < mean.length; i++) {
            largest = Math.max(largest, variance(i));
        }
        int dimension = mean.length;
        for (int i = 0; i < dimension; i++) {
            for (int j = 0; j < i; j++) {
                double lower = covariance[i * dimension + j];
                double upper = covariance[j * dimension + i];
                if (Math.abs(lower - upper) > ASYMMETRY * largest) {
                    throw new IllegalArgumentException("covariance holds " + lower + " at (" + i + ", " + j + ") and "
                            + upper + " at (" + j + ", " + i + "), must be symmetric");
                }
            }
        }
    }

    private double variance(int i) {
        return covariance[i * mean.length + i];
    }

    /** Number of images, if it is known. */
    public OptionalLong count() {
        return count;
    }

    /** D, numbers of a vector. */
    public int dimension() {
        return mean.length;
    }

    /** The mean, {@code (D)}, a copy. */
    public double[] mean() {
        return mean.clone();
    }

    /** The covariance, {@code (D, D)}, row after row, a copy. */
    public double[] covariance() {
        return covariance.clone();
    }

    /** The rows of the covariance. */
    double[][] rows() {
        int dimension = mean.length;
        double[][] rows = new double[dimension][];
        for (int i = 0; i < dimension; i++) {
            rows[i] = Arrays.copyOfRange(covariance, i * dimension, (i + 1) * dimension);
        }
        return rows;
    }

    /** Sum of the variances. */
    double trace() {
        double trace = 0;
        for (int i = 0; i < mean.length; i++) {
            trace += variance(i);
        }
        return trace;
    }

    /**
     * Whether the covariance cannot have full rank: there are not more images than dimensions, or a feature is the same for
     * all of them. The distance is then finite, but sees only a part of the space.
     */
    public boolean isSingular() {
        for (int i = 0; i < mean.length; i++) {
            if (variance(i) == 0) {
                return true;
            }
        }
        return count.isPresent() && count.getAsLong() <= mean.length;
    }
}
