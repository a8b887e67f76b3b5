package io.github.marspark.model.evaluation;

import io.github.marspark.model.evaluation.Products.Part;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

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
     * @param threads share the products
     * @throws IllegalArgumentException if the dimensions differ or a feature is not finite
     */
    public static double of(Features one, Features other, Pair pair, Threads threads) {
        FeatureTable.sameDimension(one, other);
        double[][] x = FeatureTable.rows(one, pair.one);
        double[][] y = FeatureTable.rows(other, pair.other);
        long m = x.length;
        double within = 2
                * (sumAboveDiagonal(kernels(x, x, Part.UPPER, threads))
                        + sumAboveDiagonal(kernels(y, y, Part.UPPER, threads)));
        double between = 0;
        for (double[] row : kernels(x, y, Part.WHOLE, threads)) {
            between += DoubleStream.of(row).sum();
        }
        return within / (m * (m - 1)) - 2 * between / (m * m);
    }

    private static double sumAboveDiagonal(double[][] matrix) {
        double sum = 0;
        for (int i = 0; i < matrix.length; i++) {
            sum += Arrays.stream(matrix[i], i + 1, matrix.length).sum();
        }
        return sum;
    }

    /** {@code k(x_i, y_j)} for every i and j that a part has. */
    private static double[][] kernels(double[][] x, double[][] y, Part part, Threads threads) {
        double[][] kernels = Products.multiply(x, Products.transposed(y), part, threads);
        for (double[] row : kernels) {
            for (int j = 0; j < row.length; j++) {
                double base = row[j] / x[0].length + 1;
                row[j] = base * base * base;
            }
        }
        return kernels;
    }

    /**
     * The distance as published numbers have it: {@link #SUBSETS} pairs of {@link #SUBSET_SIZE} images by {@link #SEED}.
     *
     * @param threads share the products
     * @throws IllegalArgumentException if a set has fewer images than a subset, the dimensions differ, or a feature is not
     *     finite
     */
    public static Spread between(Features one, Features other, Threads threads) {
        return Spread.of(pairs(SEED, SUBSETS, SUBSET_SIZE, one.count(), other.count()).stream()
                .mapToDouble(pair -> of(one, other, pair, threads))
                .toArray());
    }
}
