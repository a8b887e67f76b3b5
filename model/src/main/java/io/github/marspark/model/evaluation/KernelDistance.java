package io.github.marspark.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The kernel distance (KID): the unbiased squared maximum mean discrepancy of two sets of features under
 * {@code k(x, y) = (x y / D + 1)^3}, for some pairs of subsets of m images each:
 *
 * <pre>
 * sum over i != j of (k(x_i, x_j) + k(y_i, y_j)) / (m (m - 1)) - 2 sum over i, j of k(x_i, y_j) / m^2
 * </pre>
 *
 * <p>It has no bias that depends on the number of images, and may be below 0. A task a pair of subsets gives the same
 * wherever it runs.
 *
 * @see <a href="https://arxiv.org/abs/1801.01401">Binkowski et al. 2018, section 4</a>
 */
public final class KernelDistance {
    /** Pairs of subsets of published numbers. */
    public static final int SUBSETS = 100;

    /** Images of a subset of published numbers. */
    public static final int SUBSET_SIZE = 1000;

    /** Seed of the subsets of published numbers. */
    public static final long SEED = 2020;

    private KernelDistance() {}

    /**
     * Images of one set and of the other that are compared.
     *
     * @param one their numbers
     * @param other as many
     */
    public record Pair(int[] one, int[] other) {}

    /**
     * Draws pairs of subsets, each without repetition, one permutation after another: of one set, then of the other.
     *
     * @param seed of {@link NumpyRandom}
     * @param subsets number of pairs
     * @param size m, images of a subset, at least 2
     * @param one number of images of one set
     * @param other number of images of the other
     * @throws IllegalArgumentException if a subset is larger than a set, or has fewer than two images
     */
    public static List<Pair> pairs(long seed, int subsets, int size, int one, int other) {
        if (size < 2 || size > Math.min(one, other)) {
            throw new IllegalArgumentException("subsets have " + size + " images, must have 2 to "
                    + Math.min(one, other) + ", since the sets have " + one + " and " + other);
        }
        NumpyRandom random = new NumpyRandom(seed);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < subsets; i++) {
            int[] first = Arrays.copyOf(random.permutation(one), size);
            pairs.add(new Pair(first, Arrays.copyOf(random.permutation(other), size)));
        }
        return pairs;
    }

    /**
     * The squared discrepancy of one pair of subsets.
     *
     * @throws IllegalArgumentException if the dimensions differ or a feature is not finite
     */
    public static double of(Features one, Features other, Pair pair) {
        int dimension = FeatureTable.sameDimension(one, other);
        double[] x = FeatureTable.of(one, pair.one);
        double[] y = FeatureTable.of(other, pair.other);
        long m = pair.one.length;
        double within = sumOfKernels(x, x, dimension, Pairs.DIFFERENT) + sumOfKernels(y, y, dimension, Pairs.DIFFERENT);
        return within / (m * (m - 1)) - 2 * sumOfKernels(x, y, dimension, Pairs.ALL) / (m * m);
    }

    private enum Pairs {
        ALL,
        DIFFERENT
    }

    private static double sumOfKernels(double[] x, double[] y, int dimension, Pairs pairs) {
        double[] products = DoubleMatrices.timesTransposed(x, y, dimension);
        int size = y.length / dimension;
        double sum = 0;
        for (int i = 0; i < x.length / dimension; i++) {
            for (int j = 0; j < size; j++) {
                if (pairs == Pairs.ALL || i != j) {
                    double base = products[i * size + j] / dimension + 1;
                    sum += base * base * base;
                }
            }
        }
        return sum;
    }

    /**
     * The distance as published numbers have it: {@link #SUBSETS} pairs of {@link #SUBSET_SIZE} images by {@link #SEED}.
     *
     * @throws IllegalArgumentException if a set has fewer images than a subset, the dimensions differ, or a feature is not
     *     finite
     */
    public static Spread between(Features one, Features other) {
        return Spread.of(pairs(SEED, SUBSETS, SUBSET_SIZE, one.count(), other.count()).stream()
                .mapToDouble(pair -> of(one, other, pair))
                .toArray());
    }
}
