package io.github.marspark.model.evaluation;

import io.github.marspark.model.evaluation.Products.Part;
import io.github.marspark.model.tensor.Threads;
import java.io.Serializable;

/**
 * Count, mean and scatter {@code M = sum of (x - mean) (x - mean)^T} of features, in double precision; the scatter's upper
 * triangle is held, row after row. Those of two sets make those of both:
 *
 * <pre>
 * n    = nA + nB,  d = meanB - meanA
 * mean = meanA + d nB / n
 * M    = MA + MB + d d^T nA nB / n
 * </pre>
 *
 * <p>Rows are centred before they are multiplied, so that a mean which is large against the deviations costs no digits.
 * Additions follow one another in the order of the rows, whatever the number of threads. Immutable and thread-safe.
 *
 * @see MomentTree
 * @see <a href="http://i.stanford.edu/pub/cstr/reports/cs/tr/79/773/CS-TR-79-773.pdf">Chan, Golub, LeVeque 1979</a>
 */
public final class Moments implements Serializable {
    private static final long serialVersionUID = 1;

    private final long count;
    private final double[] mean;
    private final double[] scatter;

    private Moments(long count, double[] mean, double[] scatter) {
        this.count = count;
        this.mean = mean;
        this.scatter = scatter;
    }

    /**
     * The moments of images whose numbers follow one another.
     *
     * @param first number of the first image
     * @param end number behind the last
     * @param threads share the rows of the scatter
     * @throws IllegalArgumentException if there is no image or a feature is not finite
     */
    public static Moments of(Features features, int first, int end, Threads threads) {
        if (end <= first) {
            throw new IllegalArgumentException("images are " + (end - first) + ", must be at least 1");
        }
        double[][] rows = FeatureTable.rows(features, first, end);
        double[] mean = centre(rows);
        double[][] products = Products.multiply(Products.transposed(rows), rows, Part.UPPER, threads);
        return new Moments(rows.length, mean, upper(products));
    }

    private static double[] upper(double[][] matrix) {
        double[] upper = new double[Math.toIntExact(matrix.length * (matrix.length + 1L) / 2)];
        int at = 0;
        for (int i = 0; i < matrix.length; i++) {
            System.arraycopy(matrix[i], i, upper, at, matrix.length - i);
            at += matrix.length - i;
        }
        return upper;
    }

    /** Subtracts the mean of all rows from each, and returns it. */
    private static double[] centre(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i];
            }
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= rows.length;
        }
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                row[i] -= mean[i];
            }
        }
        return mean;
    }

    /**
     * The moments of these images and others.
     *
     * @param next of the others; which are first changes the last bits
     * @throws IllegalArgumentException if the dimensions differ
     */
    public Moments and(Moments next) {
        if (next.dimension() != dimension()) {
            throw new IllegalArgumentException(
                    "features have " + next.dimension() + " and " + dimension() + " dimensions, must have the same");
        }
        long total = count + next.count;
        double share = (double) next.count / total;
        double[] difference = new double[mean.length];
        double[] merged = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            difference[i] = next.mean[i] - mean[i];
            merged[i] = mean[i] + difference[i] * share;
        }
        return new Moments(total, merged, mergedScatter(next, difference, count * share));
    }

    private double[] mergedScatter(Moments next, double[] difference, double weight) {
        double[] merged = new double[scatter.length];
        int at = 0;
        for (int i = 0; i < difference.length; i++) {
            double factor = difference[i] * weight;
            for (int j = i; j < difference.length; j++, at++) {
                merged[at] = scatter[at] + next.scatter[at] + factor * difference[j];
            }
        }
        return merged;
    }

    /** Number of images. */
    public long count() {
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

    /**
     * The unbiased covariance, {@code M / (n - 1)}.
     *
     * @return {@code (D, D)}, row after row
     * @throws IllegalStateException if there are fewer than two images
     */
    public double[] covariance() {
        if (count < 2) {
            throw new IllegalStateException("a covariance needs at least 2 images, there is " + count);
        }
        int dimension = dimension();
        double[] covariance = new double[Math.multiplyExact(dimension, dimension)];
        int at = 0;
        for (int i = 0; i < dimension; i++) {
            for (int j = i; j < dimension; j++, at++) {
                double value = scatter[at] / (count - 1);
                covariance[i * dimension + j] = value;
                covariance[j * dimension + i] = value;
            }
        }
        return covariance;
    }
}
