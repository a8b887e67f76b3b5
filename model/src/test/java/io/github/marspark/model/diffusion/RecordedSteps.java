package io.github.marspark.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The first iteration of a recorded generation; the conditional half of it when guided. It holds no output of the network,
 * so that is solved for: the noise from the recorded clean prediction, the variance from the recorded log-variance.
 */
final class RecordedSteps {
    private static final GaussianDiffusion TRAINING = GaussianDiffusion.of(
            NoiseSchedule.COSINE, Fixtures.config().path("diffusion_steps").intValue());

    private final Npz npz;
    private final int rows;
    private final int width;
    private final boolean guided;
    private final GaussianDiffusion diffusion;

    RecordedSteps(String name) {
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

    GaussianDiffusion diffusion() {
        return diffusion;
    }

    int rows() {
        return rows;
    }

    boolean isGuided() {
        return guided;
    }

    /** Number of reverse steps. */
    int count() {
        return diffusion.steps();
    }

    /** Step of the respaced diffusion that a reverse step takes back. */
    int index(int step) {
        return diffusion.steps() - 1 - step;
    }

    StepLimits limits(int step) {
        float[] noise = index(step) == 0 ? new float[rows * width] : noise(step);
        return new StepLimits(
                diffusion, index(step), at("x_in", step), at("pred_xstart", step), at("log_variance", step), noise);
    }

    /** The tokens of the iteration. */
    float[] sampled() {
        return Arrays.copyOf(npz.floats("iter0.sampled"), rows * width);
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
        int index = index(step);
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
