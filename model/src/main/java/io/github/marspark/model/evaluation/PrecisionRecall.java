package io.github.marspark.model.evaluation;

import io.github.marspark.model.tensor.Kernels;
import java.util.Arrays;

/**
 * Improved precision and recall: a generated point is precise if it lies in the ball of some real point, a real one is
 * recalled if it lies in the ball of some generated point; a point's ball reaches to its k-th nearest neighbour in its own
 * set, itself not counted.
 *
 * <p>A point's radius and what covers it are minima and disjunctions over the other points, so that they may be computed
 * block by block in any order: {@link PointBlock} has the parts.
 *
 * @param generatedInside generated points within real balls
 * @param generated number of generated points
 * @param realInside real points within generated balls
 * @param real number of real points
 * @see <a href="https://arxiv.org/abs/1904.06991">Kynkäänniemi et al. 2019, section 2</a>
 */
public record PrecisionRecall(int generatedInside, int generated, int realInside, int real) {
    /** k of published numbers. */
    public static final int NEIGHBOURS = 3;

    private static final int BLOCK = 1024;
    private static final double LEAST_SUM = 1e-5;

    /**
     * Compares two sets.
     *
     * @param k which neighbour a ball reaches to, from 1
     * @param kernels of float32, compute estimates; the result does not depend on their rounding
     * @throws IllegalArgumentException if a set has not more than k points, the dimensions differ, or a feature is not
     *     finite
     */
    public static PrecisionRecall between(Features generated, Features real, int k, Kernels kernels) {
        FeatureTable.sameDimension(generated, real);
        return new PrecisionRecall(
                inside(generated, real, squaredRadii(real, k, kernels), kernels),
                generated.count(),
                inside(real, generated, squaredRadii(generated, k, kernels), kernels),
                real.count());
    }

    /**
     * The squared radius of every point of a set.
     *
     * @param k which neighbour a ball reaches to, from 1
     * @param kernels of float32, compute estimates; the result does not depend on their rounding
     * @return {@code (N)}
     * @throws IllegalArgumentException if the set has not more than k points, or a feature is not finite
     */
    public static double[] squaredRadii(Features set, int k, Kernels kernels) {
        if (k < 1 || k >= set.count()) {
            throw new IllegalArgumentException(
                    "k is " + k + ", must be at least 1 and less than the " + set.count() + " images of a set");
        }
        double[] radii = new double[set.count()];
        for (int first = 0; first < set.count(); first += BLOCK) {
            PointBlock rows = block(set, first);
            double[] nearest = nearest(rows, set, k + 1, kernels); // a point's own distance of 0 is among them
            for (int i = 0; i < rows.count(); i++) {
                radii[first + i] = nearest[i * (k + 1) + k];
            }
        }
        return radii;
    }

    private static double[] nearest(PointBlock rows, Features set, int count, Kernels kernels) {
        double[] nearest = rows.nearest(block(set, 0), count, kernels);
        for (int first = BLOCK; first < set.count(); first += BLOCK) {
            nearest = PointBlock.merged(nearest, rows.nearest(block(set, first), count, kernels), count);
        }
        return nearest;
    }

    private static PointBlock block(Features set, int first) {
        return PointBlock.of(set, first, Math.min(set.count(), first + BLOCK));
    }

    private static int inside(Features points, Features centres, double[] squaredRadii, Kernels kernels) {
        int inside = 0;
        for (int first = 0; first < points.count(); first += BLOCK) {
            for (boolean covered : covered(block(points, first), centres, squaredRadii, kernels)) {
                inside += covered ? 1 : 0;
            }
        }
        return inside;
    }

    private static boolean[] covered(PointBlock rows, Features centres, double[] squaredRadii, Kernels kernels) {
        boolean[] covered = new boolean[rows.count()];
        for (int first = 0; first < centres.count(); first += BLOCK) {
            PointBlock columns = block(centres, first);
            boolean[] here =
                    rows.covered(columns, Arrays.copyOfRange(squaredRadii, first, first + columns.count()), kernels);
            for (int i = 0; i < covered.length; i++) {
                covered[i] |= here[i];
            }
        }
        return covered;
    }

    /** Share of generated points within real balls. */
    public double precision() {
        return (double) generatedInside / generated;
    }

    /** Share of real points within generated balls. */
    public double recall() {
        return (double) realInside / real;
    }

    /** {@code 2 P R / max(1e-5, P + R)}. */
    public double fScore() {
        return 2 * precision() * recall() / Math.max(LEAST_SUM, precision() + recall());
    }
}
