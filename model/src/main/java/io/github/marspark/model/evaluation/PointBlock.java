package io.github.marspark.model.evaluation;

import io.github.marspark.model.tensor.Kernels;
import java.util.Arrays;

/**
 * The features of some images as points, and which others are near them.
 *
 * <p>Squared distances are estimated by a float32 product of matrices, with a bound for its rounding. Where that could
 * change an answer, the sum of squared differences in double precision decides: it alone is handed out and compared, so
 * that equal points are at distance 0, ties are ties, and no answer depends on how products round. Immutable and
 * thread-safe.
 */
public final class PointBlock {
    private final int dimension;
    private final double[][] points;

    private PointBlock(double[][] points, int dimension) {
        this.dimension = dimension;
        this.points = points;
    }

    /**
     * The points of images whose numbers follow one another.
     *
     * @param first number of the first image
     * @param end number behind the last
     * @throws IllegalArgumentException if a feature is not finite
     */
    public static PointBlock of(Features features, int first, int end) {
        return new PointBlock(FeatureTable.rows(features, first, end), features.dimension());
    }

    /** Number of points. */
    public int count() {
        return points.length;
    }

    double[][] points() {
        return points;
    }

    int dimension() {
        return dimension;
    }

    /**
     * The squared distances from each point to the nearest of some columns.
     *
     * @param columns other points or the same, of the same dimension
     * @param nearest how many to tell of
     * @param kernels of float32, compute the estimates
     * @return {@code (count, nearest)}, ascending; infinite where there are fewer columns
     */
    public double[] nearest(PointBlock columns, int nearest, Kernels kernels) {
        DistanceEstimate estimate = new DistanceEstimate(this, columns, kernels);
        double[] result = new double[count() * nearest];
        kernels.threads().split(count(), 1, (from, to) -> {
            for (int row = from; row < to; row++) {
                System.arraycopy(nearest(row, columns, nearest, estimate), 0, result, row * nearest, nearest);
            }
        });
        return result;
    }

    /** A column that is farther at least than so many others are at most is not among the nearest. */
    private double[] nearest(int row, PointBlock columns, int nearest, DistanceEstimate estimate) {
        double[] most = infinities(nearest);
        for (int column = 0; column < columns.count(); column++) {
            insert(most, estimate.most(row, column));
        }
        double limit = most[nearest - 1];
        double[] exact = infinities(nearest);
        for (int column = 0; column < columns.count(); column++) {
            if (estimate.least(row, column) <= limit) {
                insert(exact, squaredDistance(points[row], columns.points[column]));
            }
        }
        return exact;
    }

    /**
     * The smallest distances of two results of {@link #nearest}, of the same points to different columns.
     *
     * @param nearest how many each tells of for a point
     * @return of the same form
     */
    public static double[] merged(double[] one, double[] other, int nearest) {
        double[] result = new double[one.length];
        for (int start = 0; start < one.length; start += nearest) {
            int a = start;
            int b = start;
            for (int i = start; i < start + nearest; i++) {
                result[i] = one[a] <= other[b] ? one[a++] : other[b++];
            }
        }
        return result;
    }

    /**
     * Which points lie in a ball around some column.
     *
     * @param columns centres
     * @param squaredRadii of each centre, compared with {@code <=}
     * @param kernels of float32, compute the estimates
     */
    public boolean[] covered(PointBlock columns, double[] squaredRadii, Kernels kernels) {
        DistanceEstimate estimate = new DistanceEstimate(this, columns, kernels);
        boolean[] covered = new boolean[count()];
        kernels.threads().split(count(), 1, (from, to) -> {
            for (int row = from; row < to; row++) {
                covered[row] = isCovered(row, columns, squaredRadii, estimate);
            }
        });
        return covered;
    }

    private boolean isCovered(int row, PointBlock columns, double[] squaredRadii, DistanceEstimate estimate) {
        for (int column = 0; column < columns.count(); column++) {
            double radius = squaredRadii[column];
            if (estimate.most(row, column) <= radius
                    || (estimate.least(row, column) <= radius
                            && squaredDistance(points[row], columns.points[column]) <= radius)) {
                return true;
            }
        }
        return false;
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }

    private static double[] infinities(int count) {
        double[] values = new double[count];
        Arrays.fill(values, Double.POSITIVE_INFINITY);
        return values;
    }

    /** Puts a value into its place among the smallest, of which the largest is lost. */
    private static void insert(double[] ascending, double value) {
        int place = ascending.length - 1;
        if (value >= ascending[place]) {
            return;
        }
        for (; place > 0 && ascending[place - 1] > value; place--) {
            ascending[place] = ascending[place - 1];
        }
        ascending[place] = value;
    }
}
