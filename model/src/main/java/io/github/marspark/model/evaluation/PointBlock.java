package io.github.marspark.model.evaluation;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The features of some images as points, and which others are near them.
 *
 * <p>All squared distances to a block of columns come from one product of matrices, {@code |a|^2 + |b|^2 - 2 a b}, with a
 * bound for its rounding. Where that could change an answer, the sum of squared differences decides: it alone is handed
 * out and compared, so that equal points are at distance 0, ties are ties, and no answer depends on how products round.
 *
 * <p>Immutable and thread-safe.
 */
public final class PointBlock {
    /** Half the distance from 1 to the next double: the largest relative error of one operation. */
    private static final double UNIT = 0x1p-53;

    private final int dimension;
    private final double[] points;
    private final double[] squaredNorms;

    private PointBlock(double[] points, int dimension) {
        this.dimension = dimension;
        this.points = points;
        this.squaredNorms = new double[points.length / dimension];
        for (int row = 0; row < squaredNorms.length; row++) {
            for (int i = row * dimension; i < (row + 1) * dimension; i++) {
                squaredNorms[row] += points[i] * points[i];
            }
        }
    }

    /**
     * The points of images whose numbers follow one another.
     *
     * @param first number of the first image
     * @param end number behind the last
     * @throws IllegalArgumentException if a feature is not finite
     */
    public static PointBlock of(Features features, int first, int end) {
        int[] images = IntStream.range(first, end).toArray();
        return new PointBlock(FeatureTable.of(features, images), features.dimension());
    }

    /** Number of points. */
    public int count() {
        return squaredNorms.length;
    }

    /**
     * The squared distances from each point to the nearest of some columns.
     *
     * @param columns other points or the same, of the same dimension
     * @param nearest how many to tell of
     * @return {@code (count, nearest)}, ascending; infinite where there are fewer columns
     */
    public double[] nearest(PointBlock columns, int nearest) {
        Approximation approximation = new Approximation(columns);
        double[] result = new double[count() * nearest];
        for (int row = 0; row < count(); row++) {
            System.arraycopy(approximation.nearest(row, nearest), 0, result, row * nearest, nearest);
        }
        return result;
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
     */
    public boolean[] covered(PointBlock columns, double[] squaredRadii) {
        Approximation approximation = new Approximation(columns);
        boolean[] covered = new boolean[count()];
        for (int row = 0; row < covered.length; row++) {
            covered[row] = approximation.covers(row, squaredRadii);
        }
        return covered;
    }

    private double squaredDistance(int row, PointBlock columns, int column) {
        double sum = 0;
        int a = row * dimension;
        int b = column * dimension;
        for (int i = 0; i < dimension; i++) {
            double difference = points[a + i] - columns.points[b + i];
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

    /** The squared distances to a block of columns, about. */
    private final class Approximation {
        private final PointBlock columns;
        private final double[] products;
        private final double error;

        Approximation(PointBlock columns) {
            if (columns.dimension != dimension) {
                throw new IllegalArgumentException(
                        "points have " + dimension + " and " + columns.dimension + " dimensions, must have the same");
            }
            this.columns = columns;
            this.products = DoubleMatrices.timesTransposed(points, columns.points, dimension);
            this.error = 4 * (dimension + 8) * UNIT;
        }

        private double value(int row, int column) {
            double product = products[row * columns.count() + column];
            return squaredNorms[row] + columns.squaredNorms[column] - 2 * product;
        }

        /**
         * What the value and the sum of squared differences may differ by. A sum of n products in any order errs by at most n
         * units of the sum of their magnitudes; those of both norms, of twice the product and of the squared differences are at
         * most {@code |a|^2 + |b|^2} each, the last twice.
         */
        private double slack(int row, int column) {
            return error * (squaredNorms[row] + columns.squaredNorms[column]);
        }

        /** The exact distances of the nearest columns, ascending: no column beyond the limit can be among them. */
        double[] nearest(int row, int nearest) {
            double[] most = infinities(nearest);
            for (int column = 0; column < columns.count(); column++) {
                insert(most, value(row, column) + slack(row, column));
            }
            double limit = most[nearest - 1];
            double[] exact = infinities(nearest);
            for (int column = 0; column < columns.count(); column++) {
                if (value(row, column) - slack(row, column) <= limit) {
                    insert(exact, squaredDistance(row, columns, column));
                }
            }
            return exact;
        }

        boolean covers(int row, double[] squaredRadii) {
            for (int column = 0; column < columns.count(); column++) {
                if (value(row, column) - slack(row, column) <= squaredRadii[column]
                        && squaredDistance(row, columns, column) <= squaredRadii[column]) {
                    return true;
                }
            }
            return false;
        }
    }
}
