package io.github.marspark.model.masking;

import static io.github.marspark.model.fixtures.Closeness.assertWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskRateTest {
    /** Accuracy of the inverse distribution function. */
    private static final double QUANTILE = 1e-9;

    @Test
    void quantilesEqualTheReference() {
        Npz misc = Fixtures.npz("misc");
        MaskRate rates = new MaskRate(0.7);
        double[] quantiles =
                Arrays.stream(misc.doubles("truncnorm.q")).map(rates::quantile).toArray();
        double[] recorded = misc.doubles("truncnorm.ppf");
        assertWithin("truncnorm.ppf", quantiles, recorded, i -> RoundingLimit.of(1) * recorded[i] + QUANTILE);
    }

    @Test
    void meanAndDeviationEqualTheReference() {
        MaskRate rates = new MaskRate(0.7);
        double[] grid = IntStream.range(0, 20_000)
                .mapToDouble(i -> rates.quantile((i + 0.5) / 20_000))
                .toArray();
        double mean = Arrays.stream(grid).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(grid).map(r -> (r - mean) * (r - mean)).average().orElseThrow());
        double[] expected = Fixtures.npz("misc").doubles("truncnorm.mean_std");
        // the midpoint rule is off by the square of its step over 24 times the second derivative, which is below 2
        double rule = Math.pow(1.0 / grid.length, 2) / 12;
        assertWithin(
                "truncnorm.mean_std",
                new double[] {mean, deviation},
                expected,
                i -> RoundingLimit.of(1) * expected[i] + (rule + QUANTILE) / deviation);
    }

    @Test
    void ratesStayWithinTheirBounds() {
        for (double minimum : new double[] {0, 0.3, 0.7, 1}) {
            MaskRate rates = new MaskRate(minimum);
            assertThat(rates.quantile(0)).isEqualTo(minimum);
            assertThat(rates.quantile(1)).isEqualTo(1);
        }
    }

    /** By the density itself, a normal one cut off at both ends, added up without the inverse that is tested. */
    @Test
    void aWiderDeviationMasksLess() {
        MaskRate wide = new MaskRate(0.02, 0.5);
        int cells = 1_000_000;
        double width = (1 - wide.minimum()) / cells;
        double all = 0;
        double belowHalf = 0;
        for (int i = 0; i < cells; i++) {
            double rate = wide.minimum() + (i + 0.5) * width;
            double density = Math.exp(-(1 - rate) * (1 - rate) / (2 * 0.5 * 0.5));
            all += density;
            belowHalf += rate < 0.5 ? density : 0;
        }
        // a cell may lie on either side of the half; no cell weighs more than the last, whose density is 1
        assertThat(wide.quantile(belowHalf / all)).isCloseTo(0.5, within(2 * width / Math.exp(-0.5)));
        assertThat(new MaskRate(0.02).quantile(belowHalf / all)).isGreaterThan(0.6);
    }

    @Test
    void refusesWhatIsNoRateOrProbability() {
        assertThatThrownBy(() -> new MaskRate(1.2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minimum mask rate is 1.2, must be in [0, 1]");
        assertThatThrownBy(() -> new MaskRate(0.7, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deviation of mask rates is 0.0, must be above 0");
        assertThatThrownBy(() -> new MaskRate(0.7).quantile(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("q is NaN, must be in [0, 1]");
    }
}
