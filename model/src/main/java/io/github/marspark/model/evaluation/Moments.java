package io.github.marspark.model.evaluation;

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

    /** Rows that are multiplied while they are in the processor's cache. */
    private static final int PANEL = 64;

    /** Rows whose products are added to an element at once, one after another. */
    private static final int LANES = 4;

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
        double[] scatter = new double[start(mean.length, mean.length)];
        threads.split((mean.length + 1) / 2, 1, (from, to) -> {
            addProducts(rows, from, to, scatter);
            addProducts(rows, mean.length - to, mean.length - from, scatter);
        });
        return new Moments(rows.length, mean, scatter);
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

    /** Where a row of the triangle starts, which has its elements from the diagonal on. */
    private static int start(int row, int dimension) {
        return Math.toIntExact((long) row * dimension - (long) row * (row - 1) / 2);
    }

    /** Computes the rows {@code from} to {@code to} of the triangle. */
    private static void addProducts(double[][] rows, int from, int to, double[] scatter) {
        int dimension = rows[0].length;
        double[] sums = new double[dimension];
        for (int first = 0; first < rows.length; first += PANEL) {
            int end = Math.min(rows.length, first + PANEL);
            for (int i = from; i < to; i++) {
                System.arraycopy(scatter, start(i, dimension), sums, i, dimension - i);
                addProducts(rows, first, end, i, sums);
                System.arraycopy(sums, i, scatter, start(i, dimension), dimension - i);
            }
        }
    }

    private static void addProducts(double[][] rows, int first, int end, int i, double[] sums) {
        int row = first;
        for (; row + LANES <= end; row += LANES) {
            addFour(rows[row], rows[row + 1], rows[row + 2], rows[row + 3], i, sums);
        }
        for (; row < end; row++) {
            double factor = rows[row][i];
            for (int j = i; j < sums.length; j++) {
                sums[j] += factor * rows[row][j];
            }
        }
    }

    private static void addFour(double[] a, double[] b, double[] c, double[] d, int i, double[] sums) {
        double factorA = a[i];
        double factorB = b[i];
        double factorC = c[i];
        double factorD = d[i];
        for (int j = i; j < sums.length; j++) {
            sums[j] = sums[j] + factorA * a[j] + factorB * b[j] + factorC * c[j] + factorD * d[j];
        }
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
