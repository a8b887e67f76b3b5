package io.github.marspark.model.diffusion;

import static io.github.marspark.model.fixtures.Closeness.assertWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GaussianDiffusionTest {
    private static final int T = Fixtures.config().path("diffusion_steps").intValue();
    private static final GaussianDiffusion TRAINING = GaussianDiffusion.of(NoiseSchedule.COSINE, T);

    @ParameterizedTest
    @MethodSource("recordedSpacings")
    void tablesEqualTheReference(String name) {
        Npz recorded = Fixtures.npz("diffusion");
        GaussianDiffusion diffusion = spaced(name);
        tables(diffusion).forEach((table, entry) -> {
            double[] values =
                    IntStream.range(0, diffusion.steps()).mapToDouble(entry).toArray();
            assertWithin(
                    name + "." + table,
                    values,
                    recorded.doubles(name + "." + table),
                    t -> relativeLimit(diffusion, t) * Math.max(Math.abs(values[t]), table.contains("log") ? 1 : 0));
        });
        assertThat(IntStream.range(0, diffusion.steps())
                        .map(diffusion::timestep)
                        .toArray())
                .isEqualTo(recorded.ints(name + ".timestep_map"));
    }

    /**
     * The product of all factors to a step is rounded as often, {@code beta} and {@code 1 - alphaBar} are differences from
     * 1, which leave the product's error as large in a small number; the logarithm of a number is as wrong as a share of
     * the number.
     */
    private static double relativeLimit(GaussianDiffusion diffusion, int t) {
        double first = 1 - diffusion.alphaBar(Math.max(0, t - 1));
        double beta = diffusion.beta(t);
        double differences = 1 + 1 / first + 1 / beta + 1 / (1 - beta);
        return RoundingLimit.of(2 * T, RoundingLimit.FLOAT64) * differences;
    }

    @Test
    void everyRecordedTableIsCompared() {
        Npz recorded = Fixtures.npz("diffusion");
        long compared = recordedSpacings().count() * (tables(TRAINING).size() + 1L);
        assertThat(recorded.names()).hasSize((int) compared);
    }

    @Test
    void respacingKeepsTheSignalOfTheStepsTaken() {
        GaussianDiffusion respaced = TRAINING.respaced(new Respacing("5,7,30"));
        for (int i = 0; i < respaced.steps(); i++) {
            double original = TRAINING.alphaBar(respaced.timestep(i));
            assertThat(respaced.alphaBar(i)).isCloseTo(original, within(1e-13));
        }
    }

    @Test
    void respacingTwiceStillNamesTheOriginalSteps() {
        GaussianDiffusion twice = TRAINING.respaced(new Respacing("ddim50")).respaced(new Respacing("ddim25"));
        assertThat(IntStream.range(0, 3).map(twice::timestep)).containsExactly(0, 40, 80);
    }

    @Test
    void refusesToRespaceToASingleStep() {
        assertThatThrownBy(() -> TRAINING.respaced(new Respacing("1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of diffusion steps is 1, must be at least 2");
    }

    private static Stream<String> recordedSpacings() {
        return Fixtures.npz("diffusion").names().stream()
                .filter(name -> name.endsWith(".betas"))
                .map(name -> name.replace(".betas", ""));
    }

    private static GaussianDiffusion spaced(String name) {
        return name.equals("train") ? TRAINING : TRAINING.respaced(new Respacing(name.replaceFirst("^s", "")));
    }

    private static Map<String, IntToDoubleFunction> tables(GaussianDiffusion diffusion) {
        return Map.ofEntries(
                Map.entry("betas", diffusion::beta),
                Map.entry("alphas_cumprod", diffusion::alphaBar),
                Map.entry("alphas_cumprod_prev", diffusion::alphaBarPrevious),
                Map.entry("alphas_cumprod_next", diffusion::alphaBarNext),
                Map.entry("sqrt_alphas_cumprod", diffusion::sqrtAlphaBar),
                Map.entry("sqrt_one_minus_alphas_cumprod", diffusion::sqrtOneMinusAlphaBar),
                Map.entry("log_one_minus_alphas_cumprod", diffusion::logOneMinusAlphaBar),
                Map.entry("sqrt_recip_alphas_cumprod", diffusion::sqrtReciprocalAlphaBar),
                Map.entry("sqrt_recipm1_alphas_cumprod", diffusion::sqrtReciprocalAlphaBarMinusOne),
                Map.entry("posterior_variance", diffusion::posteriorVariance),
                Map.entry("posterior_log_variance_clipped", diffusion::posteriorLogVariance),
                Map.entry("posterior_mean_coef1", diffusion::cleanCoefficient),
                Map.entry("posterior_mean_coef2", diffusion::noisyCoefficient),
                Map.entry("log_betas", diffusion::logBeta));
    }
}
