package io.github.marspark.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrecisionRecallTest {
    private static final int DIMENSION = 40;
    private static final Threads THREADS = new Threads(2);
    private static final Kernels KERNELS = new CpuKernels(THREADS);

    /** Features as a network gives them, far from 0, one of four the same as another. */
    private static FeatureTable features(int images, long seed) {
        Random random = new Random(seed);
        float[] values = new float[images * DIMENSION];
        for (int image = 0; image < images; image++) {
            int source = image % 4 == 3 ? image - 1 : image;
            for (int i = 0; i < DIMENSION; i++) {
                values[image * DIMENSION + i] = source < image
                        ? values[source * DIMENSION + i]
                        : 100 + (float) random.nextGaussian() * (i < 3 ? 1 : 1e-3f);
            }
        }
        return FeatureTable.of(values, DIMENSION);
    }

    private static double squaredDistance(Features one, int a, Features other, int b) {
        double[] x = new double[DIMENSION];
        double[] y = new double[DIMENSION];
        one.read(a, x, 0);
        other.read(b, y, 0);
        return IntStream.range(0, DIMENSION)
                .mapToDouble(i -> (x[i] - y[i]) * (x[i] - y[i]))
                .reduce(0, Double::sum);
    }

    private static double[] squaredRadii(Features set, int k) {
        return IntStream.range(0, set.count())
                .mapToDouble(a -> IntStream.range(0, set.count())
                        .filter(b -> b != a)
                        .mapToDouble(b -> squaredDistance(set, a, set, b))
                        .sorted()
                        .skip(k - 1)
                        .findFirst()
                        .orElseThrow())
                .toArray();
    }

    private static int inside(Features points, Features centres, double[] radii) {
        return (int) IntStream.range(0, points.count())
                .filter(a -> IntStream.range(0, centres.count())
                        .anyMatch(b -> squaredDistance(points, a, centres, b) <= radii[b]))
                .count();
    }

    @Test
    void isThatOfSumsOfSquaredDifferences() {
        FeatureTable generated = features(150, 1);
        FeatureTable real = features(130, 2);
        for (int k : new int[] {1, 2, 3}) {
            assertThat(PrecisionRecall.squaredRadii(generated, k, KERNELS)).isEqualTo(squaredRadii(generated, k));
            PrecisionRecall actual = PrecisionRecall.between(generated, real, k, KERNELS);
            assertThat(actual.generatedInside()).isEqualTo(inside(generated, real, squaredRadii(real, k)));
            assertThat(actual.realInside()).isEqualTo(inside(real, generated, squaredRadii(generated, k)));
        }
    }

    /** A duplicate is the nearest neighbour, at distance 0, and covers its equal alone. */
    @Test
    void duplicatesCount() {
        FeatureTable set = features(8, 1);
        double[] radii = PrecisionRecall.squaredRadii(set, 1, KERNELS);
        assertThat(radii[2]).isZero();
        assertThat(radii[3]).isZero();
        assertThat(PrecisionRecall.between(set, set, 1, KERNELS).precision()).isEqualTo(1);
    }

    @Test
    void blocksOfColumnsGiveWhatAllOfThemGive() {
        FeatureTable set = features(90, 3);
        PointBlock all = PointBlock.of(set, 0, 90);
        double[] expected = all.nearest(all, 4, KERNELS);
        double[] actual = all.nearest(PointBlock.of(set, 60, 90), 4, KERNELS);
        actual = PointBlock.merged(actual, all.nearest(PointBlock.of(set, 0, 3), 4, KERNELS), 4);
        actual = PointBlock.merged(actual, all.nearest(PointBlock.of(set, 3, 60), 4, KERNELS), 4);
        assertThat(actual).isEqualTo(expected);
        double[] radii = new double[90];
        Arrays.fill(radii, 1);
        radii[0] = -1;
        boolean[] covered = PointBlock.of(set, 0, 2).covered(all, radii, KERNELS);
        assertThat(covered).containsExactly(inside(set, 0, radii), inside(set, 1, radii));
    }

    private static boolean inside(Features set, int point, double[] radii) {
        return IntStream.range(0, set.count()).anyMatch(b -> squaredDistance(set, point, set, b) <= radii[b]);
    }

    @Test
    void setsThatCannotBeComparedAreRefused() {
        FeatureTable set = features(4, 1);
        assertThatThrownBy(() -> PrecisionRecall.between(set, set, 4, KERNELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("k is 4, must be at least 1 and less than the 4 images of a set");
        FeatureTable narrow = new FeatureTable(new double[8], 2);
        assertThatThrownBy(() -> PrecisionRecall.between(set, narrow, 1, KERNELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("features have 40 and 2 dimensions, must have the same");
        PointBlock block = PointBlock.of(set, 0, 2);
        assertThatThrownBy(() -> block.nearest(PointBlock.of(narrow, 0, 1), 1, KERNELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("points have 40 and 2 dimensions, must have the same");
        assertThatThrownBy(
                        () -> KernelDistance.of(set, narrow, new KernelDistance.Pair(new int[2], new int[2]), THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("features have 40 and 2 dimensions, must have the same");
    }

    @Test
    void setsThatAreTooSmallAreRefused() {
        assertThatThrownBy(() -> KernelDistance.between(features(1000, 1), features(999, 1), THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("subsets have 1000 images, must have 2 to 999, since the sets have 1000 and 999");
        assertThatThrownBy(() -> InceptionScore.of(features(9, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images are 9, must be at least one for each of 10 splits");
        assertThatThrownBy(() -> InceptionScore.of(features(9, 1), new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a split has no images, must have at least 1");
        assertThatThrownBy(() -> Spread.of(new double[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are no values to take a mean of");
        assertThatThrownBy(() -> new NumpyRandom(1L << 32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("seed is 4294967296, must be in 0 … 4294967295");
    }

    /** A classifier that is sure of another class for each image has as many classes as its score. */
    @Test
    void theInceptionScoreOfSureAnswersIsTheNumberOfClasses() {
        double[] logits = new double[40 * 4];
        for (int image = 0; image < 40; image++) {
            logits[image * 4 + image % 4] = 2000;
        }
        FeatureTable table = new FeatureTable(logits, 4);
        assertThat(InceptionScore.of(table, IntStream.range(0, 40).toArray())).isEqualTo(4);
        assertThat(InceptionScore.of(table, new int[] {0, 4, 8})).isEqualTo(1);
    }
}
