package io.github.marspark.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.tensor.Threads;
import java.util.OptionalLong;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
    private static final Threads THREADS = new Threads(2);
    private static final OptionalLong UNKNOWN = OptionalLong.empty();

    private static double[] diagonal(double... variances) {
        double[] matrix = new double[variances.length * variances.length];
        for (int i = 0; i < variances.length; i++) {
            matrix[i * variances.length + i] = variances[i];
        }
        return matrix;
    }

    /** Along axes the distance is the sum of {@code (m1 - m2)^2 + (s1 - s2)^2}. */
    @Test
    void isKnownForIndependentFeatures() {
        FeatureStatistics one = new FeatureStatistics(UNKNOWN, new double[] {1, 2, 3}, diagonal(1, 4, 9));
        FeatureStatistics other = new FeatureStatistics(UNKNOWN, new double[] {1, 0, 4}, diagonal(4, 0, 9));
        FrechetDistance distance = FrechetDistance.between(one, other, THREADS);
        assertThat(distance.means()).isEqualTo(5);
        assertThat(distance.covariances()).isCloseTo(1 + 4, Offset.offset(1e-12));
        assertThat(distance.value()).isEqualTo(distance.means() + distance.covariances());
    }

    /** {@code S2 = c S1} gives {@code tr S1 (1 - sqrt c)^2}, in any basis. */
    @Test
    void isKnownForProportionalCovariances() {
        Random random = new Random(3);
        int dimension = 60;
        double[] values = random.doubles(500L * dimension).toArray();
        FeatureStatistics one = FeatureStatistics.of(new FeatureTable(values, dimension), THREADS);
        double[] larger = one.covariance();
        for (int i = 0; i < larger.length; i++) {
            larger[i] *= 2.25;
        }
        FeatureStatistics other = new FeatureStatistics(UNKNOWN, one.mean(), larger);
        assertThat(FrechetDistance.between(one, other, THREADS).value())
                .isCloseTo(0.25 * one.trace(), Offset.offset(1e-10 * one.trace()));
    }

    /** Of 90 features 20 are sums of others; rounding to float32 makes some eigenvalues of about 1e-8 negative. */
    @Test
    void aRoundedCovarianceOfLowRankIsNearItself() {
        Random random = new Random(4);
        int dimension = 90;
        double[] values = random.doubles(400L * dimension).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = i % dimension < 70 ? values[i] : values[i - 70] - 2 * values[i - 60];
        }
        FeatureStatistics exact = FeatureStatistics.of(new FeatureTable(values, dimension), THREADS);
        double[] rounded = exact.covariance();
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) rounded[i];
        }
        FeatureStatistics other = new FeatureStatistics(UNKNOWN, exact.mean(), rounded);
        double scale = exact.trace();
        assertThat(FrechetDistance.between(exact, exact, THREADS).value()).isCloseTo(0, Offset.offset(1e-6 * scale));
        assertThat(FrechetDistance.between(exact, other, THREADS).value()).isCloseTo(0, Offset.offset(1e-3 * scale));
        assertThat(FrechetDistance.between(other, exact, THREADS).value()).isCloseTo(0, Offset.offset(1e-3 * scale));
    }

    @Test
    void aMatrixWithNegativeEigenvaluesIsRefused() {
        FeatureStatistics one = new FeatureStatistics(UNKNOWN, new double[2], new double[] {1, 1.5, 1.5, 1});
        assertThatThrownBy(() -> FrechetDistance.between(one, one, THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the covariance has negative eigenvalues: it is none");
    }

    @Test
    void setsThatAreAllTheSameImageHaveADistance() {
        FeatureStatistics point = new FeatureStatistics(UNKNOWN, new double[] {1, 2}, diagonal(0, 0));
        FeatureStatistics other = new FeatureStatistics(UNKNOWN, new double[] {1, 4}, diagonal(1, 3));
        assertThat(FrechetDistance.between(point, other, THREADS).value()).isEqualTo(8);
        assertThat(FrechetDistance.between(other, point, THREADS).value()).isEqualTo(8);
    }

    @Test
    void threadsChangeNoBit() {
        Random random = new Random(5);
        FeatureStatistics one =
                FeatureStatistics.of(new FeatureTable(random.doubles(4000).toArray(), 40), THREADS);
        FeatureStatistics other =
                FeatureStatistics.of(new FeatureTable(random.doubles(6000).toArray(), 40), THREADS);
        assertThat(FrechetDistance.between(one, other, THREADS))
                .isEqualTo(FrechetDistance.between(one, other, new Threads(1)));
    }

    @Test
    void statisticsThatAreNoneAreRefused() {
        assertRefused(
                new double[0],
                new double[0],
                "mean has 0 values and covariance 0, must have at least 1 and the" + " square of it");
        assertRefused(
                new double[2],
                new double[3],
                "mean has 2 values and covariance 3, must have at least 1 and the" + " square of it");
        assertRefused(new double[] {0, Double.NaN}, diagonal(1, 1), "mean holds NaN at 1, must be finite");
        assertRefused(
                new double[2], diagonal(1, Double.POSITIVE_INFINITY), "covariance holds Infinity at 3, must be finite");
        assertRefused(
                new double[2], diagonal(1, -2), "covariance holds the variance -2.0 of feature 1, must be at least 0");
        assertRefused(
                new double[2],
                new double[] {1, 0.5, 0.25, 1},
                "covariance holds 0.25 at (1, 0) and 0.5 at (0, 1), must be symmetric");
        assertThatThrownBy(() -> new FeatureStatistics(OptionalLong.of(1), new double[1], diagonal(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count is 1, must be at least 2");
    }

    private static void assertRefused(double[] mean, double[] covariance, String message) {
        assertThatThrownBy(() -> new FeatureStatistics(UNKNOWN, mean, covariance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void statisticsOfOtherFeaturesAreRefused() {
        FeatureStatistics one = new FeatureStatistics(UNKNOWN, new double[1], diagonal(1));
        FeatureStatistics other = new FeatureStatistics(UNKNOWN, new double[2], diagonal(1, 1));
        assertThatThrownBy(() -> FrechetDistance.between(one, other, THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the statistics have 1 and 2 dimensions: they are of different features");
    }

    @Test
    void fewImagesAndDeadFeaturesAreSingular() {
        assertThat(new FeatureStatistics(UNKNOWN, new double[2], diagonal(1, 1)).isSingular())
                .isFalse();
        assertThat(new FeatureStatistics(UNKNOWN, new double[2], diagonal(1, 0)).isSingular())
                .isTrue();
        assertThat(new FeatureStatistics(OptionalLong.of(2), new double[2], diagonal(1, 1)).isSingular())
                .isTrue();
        assertThat(new FeatureStatistics(OptionalLong.of(3), new double[2], diagonal(1, 1)).isSingular())
                .isFalse();
    }

    @Test
    void fewImagesAreCautionedOf() {
        assertThat(SampleSize.caution(50_000, 2048)).isEmpty();
        assertThat(SampleSize.caution(49_999, 2048))
                .hasValue("49999 images are fewer than the usual 50000: the distance is larger than theirs and compares"
                        + " only with one of as many images");
        assertThat(SampleSize.caution(9_999, 2048))
                .hasValue(
                        "9999 images are far too few: the distance is much larger than that of 50000 and compares only"
                                + " with one of as many images");
        assertThat(SampleSize.caution(2048, 2048))
                .hasValue(
                        "2048 images are not more than the 2048 features, so their covariance is singular: the distance"
                                + " is far too large and compares with nothing; take at least 10000");
    }
}
