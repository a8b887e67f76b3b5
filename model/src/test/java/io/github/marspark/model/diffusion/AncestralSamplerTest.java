package io.github.marspark.model.diffusion;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.random.Draws;
import java.util.Arrays;
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
        Trace trace = new Trace(name);
        AncestralSampler sampler = new AncestralSampler(trace.diffusion, trace.options());
        for (int step = 0; step < trace.diffusion.steps(); step++) {
            int index = trace.diffusion.steps() - 1 - step;
            assertThat(trace.npz.ints("steps0.t")[step]).isEqualTo(index);
            Posterior posterior = sampler.posterior(index, trace.at("x_in", step), trace.output(step), trace.rows);
            // The noisiest step multiplies the rounding of the noise solved for by up to 20,000, its mean by 300.
            assertClose("pred_xstart", posterior.predicted(), trace.at("pred_xstart", step), 1e-3);
            assertClose("mean", posterior.mean(), trace.at("mean", step), step == 0 ? 1e-4 : 1e-5);
            assertClose("log_variance", posterior.logVariance(), trace.at("log_variance", step), 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyDrawEqualsTheReference(String name) {
        Trace trace = new Trace(name);
        AncestralSampler sampler = new AncestralSampler(trace.diffusion, trace.options());
        for (int step = 0; step < trace.diffusion.steps() - 1; step++) {
            Posterior posterior = new Posterior(trace.rows * trace.width);
            System.arraycopy(trace.at("mean", step), 0, posterior.mean(), 0, trace.rows * trace.width);
            System.arraycopy(trace.at("log_variance", step), 0, posterior.logVariance(), 0, trace.rows * trace.width);
            float[] next = sampler.draw(posterior, trace.noise(step));
            assertClose("x_in", next, trace.at("x_in", step + 1), 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theWholeLoopEqualsTheReference(String name) {
        Trace trace = new Trace(name);
        AncestralSampler sampler = new AncestralSampler(trace.diffusion, trace.options());
        float[] sampled = trace.guided
                ? sampler.sampleGuided(trace::predictTwice, trace.recordedNoise(), trace.rows, 3)
                : sampler.sample(trace::predict, trace.recordedNoise(), trace.rows);
        float[] recorded = Arrays.copyOf(trace.npz.floats("iter0.sampled"), trace.rows * trace.width);
        assertClose("sampled", sampled, recorded, 1e-3);
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

    /** The first iteration of a recorded generation; the conditional half of it when guided. */
    private static final class Trace {
        private final Npz npz;
        private final int rows;
        private final int width;
        private final boolean guided;
        private final GaussianDiffusion diffusion;

        Trace(String name) {
            npz = Fixtures.npz(name);
            guided = npz.scalar("in.cfg") != 1;
            rows = npz.shape("iter0.init_noise")[0];
            width = npz.shape("iter0.init_noise")[1];
            int[] map = npz.ints("in.timestep_map");
            String spacing = map[map.length - 1] == TRAINING.steps() - 1 ? "" : "ddim";
            diffusion = TRAINING.respaced(new Respacing(spacing + map.length));
            assertThat(IntStream.range(0, diffusion.steps())
                            .map(diffusion::timestep)
                            .toArray())
                    .isEqualTo(map);
        }

        SamplingOptions options() {
            return SamplingOptions.REFERENCE.withTemperature(npz.scalar("in.temperature"));
        }

        float[] at(String array, int step) {
            return slice("steps0." + array, step);
        }

        float[] noise(int step) {
            return slice("iter0.step_noise", step);
        }

        private float[] slice(String array, int step) {
            int begin = step * npz.shape(array)[1] * width;
            return Arrays.copyOfRange(npz.floats(array), begin, begin + rows * width);
        }

        float[] output(int step) {
            int index = diffusion.steps() - 1 - step;
            double low = diffusion.posteriorLogVariance(index);
            float[] x = at("x_in", step);
            float[] clean = at("pred_xstart", step);
            float[] logVariance = at("log_variance", step);
            float[] output = new float[2 * rows * width];
            for (int i = 0; i < x.length; i++) {
                int at = i / width * 2 * width + i % width;
                output[at] = (float) ((diffusion.sqrtReciprocalAlphaBar(index) * x[i] - clean[i])
                        / diffusion.sqrtReciprocalAlphaBarMinusOne(index));
                output[at + width] = (float) (2 * (logVariance[i] - low) / (diffusion.logBeta(index) - low) - 1);
            }
            return output;
        }

        void predict(float[] x, int timestep, float[] output, int count) {
            System.arraycopy(output(step(timestep)), 0, output, 0, output.length);
        }

        /** The guided noise is all that was recorded, so both halves predict it. */
        void predictTwice(float[] x, int timestep, float[] output, int count) {
            float[] half = output(step(timestep));
            System.arraycopy(half, 0, output, 0, half.length);
            System.arraycopy(half, 0, output, half.length, half.length);
        }

        private int step(int timestep) {
            int index = IntStream.range(0, diffusion.steps())
                    .filter(i -> diffusion.timestep(i) == timestep)
                    .findFirst()
                    .orElseThrow();
            return diffusion.steps() - 1 - index;
        }

        SamplingNoise recordedNoise() {
            return new SamplingNoise() {
                @Override
                public float[] initial() {
                    return npz.floats("iter0.init_noise");
                }

                @Override
                public float[] step(int step) {
                    return noise(step);
                }
            };
        }
    }
}
