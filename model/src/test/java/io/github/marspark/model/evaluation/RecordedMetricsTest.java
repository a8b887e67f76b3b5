package io.github.marspark.model.evaluation;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.fixtures.FidFixtures;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics of recorded features against the recorded values of the reference. */
class RecordedMetricsTest {
    private static final Npz FIXTURE = FidFixtures.npz("metrics");

    private static final Threads THREADS = new Threads(2);
    private static final Kernels KERNELS = new CpuKernels(THREADS);

    /** What sums of some thousand terms in another order may differ by, as a share of the terms. */
    private static final double EXACT = 1e-12;

    private static FeatureTable table(String name) {
        return table(FIXTURE, name);
    }

    private static FeatureTable table(Npz fixture, String name) {
        return new FeatureTable(fixture.doubles(name), fixture.shape(name)[1]);
    }

    private static FeatureStatistics statistics(String name) {
        return FeatureStatistics.of(table(name), THREADS);
    }

    @Test
    void meansAndCovariances() {
        for (String set : List.of("1", "2")) {
            FeatureStatistics statistics = statistics("features_" + set);
            assertClose("mu_" + set, statistics.mean(), FIXTURE.doubles("mu_" + set), EXACT);
            assertClose("sigma_" + set, statistics.covariance(), FIXTURE.doubles("sigma_" + set), EXACT);
        }
    }

    /** Roots of eigenvalues magnify their rounding, the more the smaller they are. */
    @Test
    void frechetDistance() {
        FeatureStatistics one = statistics("features_1");
        FeatureStatistics other = statistics("features_2");
        double scale = one.trace() + other.trace();
        assertDistance(FrechetDistance.between(one, other, THREADS).value(), FIXTURE.scalar("fid"), 1e-11 * scale);
        assertDistance(FrechetDistance.between(other, one, THREADS).value(), FIXTURE.scalar("fid"), 1e-11 * scale);
        assertDistance(FrechetDistance.between(one, one, THREADS).value(), 0, 1e-11 * scale);
        assertThat(one.isSingular()).isFalse();
    }

    @Test
    void frechetDistanceOfTheFirstFixtures() {
        Npz fixture = Fixtures.npz("metrics");
        FeatureStatistics one = FeatureStatistics.of(table(fixture, "features_a"), THREADS);
        FeatureStatistics other = FeatureStatistics.of(table(fixture, "features_b"), THREADS);
        double scale = one.trace() + other.trace();
        assertDistance(FrechetDistance.between(one, other, THREADS).value(), fixture.scalar("fid"), 1e-11 * scale);
    }

    /** An eigenvalue that should be 0 leaves the root of its rounding, about 1e-8 of the largest. */
    @Test
    void frechetDistanceOfSingularCovariances() {
        FeatureStatistics one = statistics("singular.features_1");
        FeatureStatistics other = statistics("singular.features_2");
        double scale = one.trace() + other.trace();
        assertDistance(
                FrechetDistance.between(one, other, THREADS).value(),
                FIXTURE.scalar("singular.fid_exact"),
                1e-6 * scale);
        assertThat(one.isSingular()).isTrue();
        assertThat(other.isSingular()).isTrue();
    }

    private static void assertDistance(double actual, double expected, double limit) {
        assertThat(actual).isCloseTo(expected, Offset.offset(limit));
    }

    @Test
    void subsetsOfTheKernelDistance() {
        int[] shape = FIXTURE.shape("kid.subsets_1");
        List<KernelDistance.Pair> pairs = KernelDistance.pairs(
                FIXTURE.integer("rng_seed"),
                shape[0],
                shape[1],
                table("features_1").count(),
                table("features_2").count());
        assertThat(pairs.stream().flatMapToInt(pair -> Arrays.stream(pair.one())))
                .containsExactly(boxed(FIXTURE.ints("kid.subsets_1")));
        assertThat(pairs.stream().flatMapToInt(pair -> Arrays.stream(pair.other())))
                .containsExactly(boxed(FIXTURE.ints("kid.subsets_2")));
    }

    private static Integer[] boxed(int[] values) {
        return IntStream.of(values).boxed().toArray(Integer[]::new);
    }

    @Test
    void kernelDistance() {
        int size = FIXTURE.shape("kid.subsets_1")[1];
        int[] one = FIXTURE.ints("kid.subsets_1");
        int[] other = FIXTURE.ints("kid.subsets_2");
        double[] distances = IntStream.range(0, one.length / size)
                .mapToObj(i -> new KernelDistance.Pair(
                        Arrays.copyOfRange(one, i * size, (i + 1) * size),
                        Arrays.copyOfRange(other, i * size, (i + 1) * size)))
                .mapToDouble(pair -> KernelDistance.of(table("features_1"), table("features_2"), pair, THREADS))
                .toArray();
        assertClose("kid.per_subset", distances, FIXTURE.doubles("kid.per_subset"), EXACT);
        assertSpread("kid.mean_std", Spread.of(distances));
    }

    private static void assertSpread(String name, Spread actual) {
        assertClose(name, new double[] {actual.mean(), actual.deviation()}, FIXTURE.doubles(name), EXACT);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void precisionAndRecall(int k) {
        String name = "prc.k" + k;
        FeatureTable generated = table("features_1");
        FeatureTable real = table("features_2");
        PrecisionRecall actual = PrecisionRecall.between(generated, real, k, KERNELS);
        assertThat(new int[] {actual.generatedInside(), actual.realInside()}).isEqualTo(FIXTURE.ints(name + ".inside"));
        assertClose(name, new double[] {actual.precision(), actual.recall()}, FIXTURE.doubles(name), EXACT);
        assertClose("radii_1", radii(generated, k), FIXTURE.doubles(name + ".radii_1"), EXACT);
        assertClose("radii_2", radii(real, k), FIXTURE.doubles(name + ".radii_2"), EXACT);
    }

    private static double[] radii(Features set, int k) {
        return DoubleStream.of(PrecisionRecall.squaredRadii(set, k, KERNELS))
                .map(Math::sqrt)
                .toArray();
    }

    @Test
    void precisionAndRecallWithTies() {
        PrecisionRecall actual = PrecisionRecall.between(
                table("ties.features_1"), table("ties.features_2"), PrecisionRecall.NEIGHBOURS, KERNELS);
        assertThat(new int[] {actual.generatedInside(), actual.realInside()}).isEqualTo(FIXTURE.ints("ties.inside"));
        double[] expected = FIXTURE.doubles("ties.prc_k3");
        assertClose("ties", new double[] {actual.precision(), actual.recall()}, expected, EXACT);
        double both = 2 * expected[0] * expected[1] / (expected[0] + expected[1]);
        assertThat(actual.fScore()).isCloseTo(both, Offset.offset(EXACT));
    }

    @Test
    void inceptionScore() {
        FeatureTable logits = table("logits");
        int[] permutation = new NumpyRandom(FIXTURE.integer("rng_seed")).permutation(logits.count());
        assertThat(permutation).isEqualTo(FIXTURE.ints("is.permutation"));
        double[] scores = scores(logits, permutation, FIXTURE.shape("is.per_split")[0]);
        assertClose("is.per_split", scores, FIXTURE.doubles("is.per_split"), EXACT);
        assertSpread("is.mean_std", Spread.of(scores));
    }

    @Test
    void inceptionScoreInTheGivenOrder() {
        FeatureTable logits = table("logits");
        int[] order = IntStream.range(0, logits.count()).toArray();
        assertSpread("is.mean_std_noshuffle", Spread.of(scores(logits, order, FIXTURE.shape("is.per_split")[0])));
        Npz fixture = Fixtures.npz("metrics");
        FeatureTable first = table(fixture, "logits");
        int[] all = IntStream.range(0, first.count()).toArray();
        Spread actual = Spread.of(scores(first, all, InceptionScore.SPLITS));
        double[] expected = fixture.doubles("is_mean_std");
        assertClose("is_mean_std", new double[] {actual.mean(), actual.deviation()}, expected, EXACT);
    }

    private static double[] scores(Features logits, int[] order, int splits) {
        return Arrays.stream(InceptionScore.split(order, splits))
                .mapToDouble(images -> InceptionScore.of(logits, images))
                .toArray();
    }
}
