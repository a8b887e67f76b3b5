package io.github.marspark.model.masking;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskRateTest {
    @Test
    void quantilesEqualTheReference() {
        Npz misc = Fixtures.npz("misc");
        MaskRate rates = new MaskRate(0.7);
        double[] quantiles =
                Arrays.stream(misc.doubles("truncnorm.q")).map(rates::quantile).toArray();
        assertClose("truncnorm.ppf", quantiles, misc.doubles("truncnorm.ppf"), 1e-6);
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
        assertClose("truncnorm.mean_std", new double[] {mean, deviation}, expected, 1e-6);
    }

    @Test
    void ratesStayWithinTheirBounds() {
        for (double minimum : new double[] {0, 0.3, 0.7, 1}) {
            MaskRate rates = new MaskRate(minimum);
            assertThat(rates.quantile(0)).isEqualTo(minimum);
            assertThat(rates.quantile(1)).isEqualTo(1);
        }
    }

    @Test
    void refusesWhatIsNoRateOrProbability() {
        assertThatThrownBy(() -> new MaskRate(1.2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minimum mask rate is 1.2, must be in [0, 1]");
        assertThatThrownBy(() -> new MaskRate(0.7).quantile(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("q is NaN, must be in [0, 1]");
    }
}
