package io.github.marspark.model.evaluation;

import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Kernels.Operand;
import io.github.marspark.model.tensor.Matrix;

/**
 * Bounds of the squared distances between two blocks of points, {@code |a|^2 + |b|^2 - 2 a b} with float32 products.
 *
 * <p>Points are moved by the columns' mean, which changes no distance and makes all magnitudes small, and rounded to
 * float32. With u, the largest relative error of a float32 operation, a sum of D products errs in any order by at most
 * about {@code D u} times the sum of their magnitudes, which is at most {@code (|a|^2 + |b|^2) / 2}; rounding both points
 * moves the squared distance by at most {@code 4 u (|a|^2 + |b|^2)}. The bound below has room for terms of second order
 * and for the double precision of all else.
 */
final class DistanceEstimate {
    /** Half the distance from 1 to the next float. */
    private static final double UNIT = 0x1p-24;

    private final int columns;
    private final float[] products;
    private final double[] rowNorms;
    private final double[] columnNorms;
    private final double error;

    DistanceEstimate(PointBlock rows, PointBlock columns, Kernels kernels) {
        if (rows.dimension() != columns.dimension()) {
            throw new IllegalArgumentException("points have " + rows.dimension() + " and " + columns.dimension()
                    + " dimensions, must have the same");
        }
        double[] mean = mean(columns.points());
        float[] a = moved(rows.points(), mean);
        float[] b = moved(columns.points(), mean);
        this.columns = columns.count();
        this.rowNorms = squaredNorms(a, mean.length);
        this.columnNorms = squaredNorms(b, mean.length);
        this.products = products(Matrix.of(a, rows.count()), Matrix.of(b, columns.count()), kernels);
        this.error = 1.01 * (mean.length + 16) * UNIT;
    }

    private static double[] mean(double[][] points) {
        double[] mean = new double[points[0].length];
        for (double[] point : points) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += point[i] / points.length;
            }
        }
        return mean;
    }

    private static float[] moved(double[][] points, double[] mean) {
        float[] moved = new float[points.length * mean.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (points[i / mean.length][i % mean.length] - mean[i % mean.length]);
        }
        return moved;
    }

    private static double[] squaredNorms(float[] points, int dimension) {
        double[] norms = new double[points.length / dimension];
        for (int i = 0; i < points.length; i++) {
            norms[i / dimension] += (double) points[i] * points[i];
        }
        return norms;
    }

    private static float[] products(Matrix a, Matrix b, Kernels kernels) {
        Matrix product = kernels.allocate(a.rows(), b.rows());
        try {
            kernels.multiply(a, Operand.PLAIN, b, Operand.TRANSPOSED, product, 0);
            return product.toFloats();
        } finally {
            kernels.release(product);
        }
    }

    /** What the squared distance is at least. */
    double least(int row, int column) {
        double least = value(row, column) - slack(row, column);
        return Double.isNaN(least) ? 0 : least;
    }

    /** What the squared distance is at most. */
    double most(int row, int column) {
        double most = value(row, column) + slack(row, column);
        return Double.isNaN(most) ? Double.POSITIVE_INFINITY : most;
    }

    private double value(int row, int column) {
        return rowNorms[row] + columnNorms[column] - 2.0 * products[row * columns + column];
    }

    private double slack(int row, int column) {
        return error * (rowNorms[row] + columnNorms[column]);
    }
}
