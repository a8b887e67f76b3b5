package io.github.marspark.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.random.Draws;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The recorded traces hold no output of the network, so it is solved for: the noise from the recorded clean prediction,
 * the variance from the recorded log-variance. The network's own tests feed the real one.
 */
class AncestralSamplerTest {
    private static final GaussianDiffusion TRAINING = GaussianDiffusion.of(
            NoiseSchedule.COSINE, Fixtures.config().path("diffusion_steps").intValue());

    @ParameterizedTest
    @MethodSource("samples")
    void everyReverseStepEqualsTheReference(String name) {
        RecordedSteps steps = new RecordedSteps(name);
        AncestralSampler sampler = new AncestralSampler(steps.diffusion(), steps.options());
        for (int step = 0; step < steps.count(); step++) {
            int index = steps.index(step);
            StepLimits limits = steps.limits(step);
            float[] output = steps.output(step);
            Posterior posterior = sampler.posterior(index, steps.at("x_in", step), output, steps.rows());
            assertWithin("pred_xstart", posterior.predicted(), steps.at("pred_xstart", step), limits::clean);
            assertWithin("mean", posterior.mean(), steps.at("mean", step), limits::mean);
            assertWithin("log_variance", posterior.logVariance(), steps.at("log_variance", step), limits::logVariance);
        }
    }

    private static void assertWithin(String name, float[] actual, float[] recorded, IntToDoubleFunction limits) {
        Closeness.assertWithin(name, Closeness.widen(actual), Closeness.widen(recorded), limits);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyDrawEqualsTheReference(String name) {
        RecordedSteps steps = new RecordedSteps(name);
        AncestralSampler sampler = new AncestralSampler(steps.diffusion(), steps.options());
        for (int step = 0; step < steps.count() - 1; step++) {
            float[] mean = steps.at("mean", step);
            Posterior posterior = new Posterior(mean.length);
            System.arraycopy(mean, 0, posterior.mean(), 0, mean.length);
            System.arraycopy(steps.at("log_variance", step), 0, posterior.logVariance(), 0, mean.length);
            float[] next = sampler.draw(posterior, steps.noise(step));
            assertWithin("x_in", next, steps.at("x_in", step + 1), steps.limits(step)::draw);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theWholeLoopEqualsTheReference(String name) {
        RecordedSteps steps = new RecordedSteps(name);
        AncestralSampler sampler = new AncestralSampler(steps.diffusion(), steps.options());
        float[] sampled = steps.isGuided()
                ? sampler.sampleGuided(steps::predictTwice, steps.recordedNoise(), steps.rows(), 3)
                : sampler.sample(steps::predict, steps.recordedNoise(), steps.rows());
        double[] apart = new double[sampled.length];
        for (int step = 0; step < steps.count(); step++) {
            StepLimits limits = steps.limits(step);
            Arrays.setAll(apart, i -> limits.after(i, apart[i]));
        }
        assertWithin("sampled", sampled, steps.sampled(), i -> apart[i]);
    }

    @ParameterizedTest
    @CsvSource({"100, 1", "ddim25, 1", "ddim50, 0.5", "20, 1"})
    void aPerfectDenoiserOfANormalDistributionReproducesIt(String spacing, double temperature) {
        double mean = 1.5;
        double deviation = 0.4;
        GaussianDiffusion diffusion = TRAINING.respaced(new Respacing(spacing));
        SamplingOptions options = SamplingOptions.REFERENCE.withTemperature(temperature);
        float[] tokens =
                new AncestralSampler(diffusion, options).sample(normalDenoiser(mean, deviation), drawn(20_000), 20_000);
        double sampledMean = IntStream.range(0, tokens.length)
                .mapToDouble(i -> tokens[i])
                .average()
                .orElseThrow();
        double sampledVariance = IntStream.range(0, tokens.length)
                .mapToDouble(i -> Math.pow(tokens[i] - sampledMean, 2))
                .average()
                .orElseThrow();
        assertThat(sampledMean).isCloseTo(mean, within(0.05));
        if (temperature == 1) {
            assertThat(Math.sqrt(sampledVariance)).isCloseTo(deviation, within(0.06));
        } else {
            assertThat(Math.sqrt(sampledVariance)).isLessThan(deviation * 0.8);
        }
    }

    @Test
    void theClampKeepsTheTokensOfAUselessNetworkFinite() {
        GaussianDiffusion diffusion = TRAINING.respaced(new Respacing("100"));
        Denoiser useless = (x, t, output, rows) -> Arrays.fill(output, 0.1f);
        float[] free = new AncestralSampler(diffusion, SamplingOptions.REFERENCE).sample(useless, drawn(100), 100);
        float[] clamped = new AncestralSampler(diffusion, SamplingOptions.REFERENCE.withClamp(4))
                .sample(useless, drawn(100), 100);
        assertThat(largest(free)).isGreaterThan(1000);
        assertThat(largest(clamped)).isLessThanOrEqualTo(4);
    }

    @Test
    void guidanceMovesTheNoiseAndLeavesTheVarianceOfTheConditionalHalf() {
        float[] output = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 30, 40, 1, 0, 70, 80};
        assertThat(AncestralSampler.guide(output, 4, 3)).containsExactly(3, 4, 3, 4, 13, 18, 7, 8);
        assertThat(AncestralSampler.guide(output, 4, 1)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(AncestralSampler.guide(output, 4, 0)).containsExactly(0, 1, 3, 4, 1, 0, 7, 8);
    }

    @Test
    void refusesWhatDoesNotFit() {
        AncestralSampler sampler = new AncestralSampler(TRAINING, SamplingOptions.REFERENCE);
        assertThatThrownBy(() -> AncestralSampler.guide(new float[12], 3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of rows is 3, must be even: conditional, then unconditional");
        assertThatThrownBy(() -> sampler.posterior(0, new float[4], new float[4], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("output has 4 values, must have 8: twice x's length");
        assertThatThrownBy(() -> sampler.draw(new Posterior(4), new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("step noise has 3 values, must have 4: the tokens' length");
        assertThatThrownBy(() -> sampler.sampleGuided((x, t, output, rows) -> {}, drawn(1), 1, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("guidance is NaN, must be finite");
        assertThatThrownBy(() -> SamplingOptions.REFERENCE.withTemperature(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("temperature is -1.0, must be at least 0");
        assertThatThrownBy(() -> SamplingOptions.REFERENCE.withClamp(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("clamp is 0.0, must be positive, or infinite for none");
    }

    /** The expected noise given {@code x_t} when clean values are {@code N(mean, deviation²)}. */
    private static Denoiser normalDenoiser(double mean, double deviation) {
        return (x, t, output, rows) -> {
            double alphaBar = TRAINING.alphaBar(t);
            double variance = alphaBar * deviation * deviation + 1 - alphaBar;
            for (int row = 0; row < rows; row++) {
                double noise = TRAINING.sqrtOneMinusAlphaBar(t) * (x[row] - Math.sqrt(alphaBar) * mean) / variance;
                output[2 * row] = (float) noise;
                output[2 * row + 1] = 1;
            }
        };
    }

    private static SamplingNoise drawn(int length) {
        Draws draws = new Draws(17);
        return new SamplingNoise() {
            @Override
            public float[] initial() {
                return draws.initialNoise(0, 0, length);
            }

            @Override
            public float[] step(int step) {
                return draws.stepNoise(0, 0, step, length);
            }
        };
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static Stream<String> samples() {
        return Fixtures.samples().stream();
    }
}
