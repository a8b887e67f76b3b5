package io.github.marspark.model.diffusion;

import java.util.Arrays;

/**
 * Draws tokens by reversing the diffusion step by step:
 *
 * <pre>
 * xHat_0    = sqrt(1/alphaBar_t) x_t - sqrt(1/alphaBar_t - 1) e
 * x_{t-1}   = clean_t xHat_0 + noisy_t x_t + sigma_t temperature delta,  delta ~ N(0, I), none in the last step
 * e         = e_u + w (e_c - e_u) with classifier-free guidance w; the variance stays the conditional one
 * </pre>
 *
 * <p>The temperature does not scale {@code x_T}. {@code R} rows of width {@code D}. Immutable and thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.2 and equation 2, appendix B</a>
 */
public final class AncestralSampler {
    private final GaussianDiffusion diffusion;
    private final SamplingOptions options;

    /**
     * A sampler.
     *
     * @param diffusion the steps to reverse, respaced as wanted
     * @param options temperature and clamp
     */
    public AncestralSampler(GaussianDiffusion diffusion, SamplingOptions options) {
        this.diffusion = diffusion;
        this.options = options;
    }

    /**
     * Draws tokens without guidance.
     *
     * @param denoiser predicts for {@code R} rows
     * @param noise the noise of {@code R} rows
     * @param rows {@code R}
     * @return clean tokens, {@code (R, D)}, float32
     * @throws IllegalArgumentException when the noise does not fit the rows
     */
    public float[] sample(Denoiser denoiser, SamplingNoise noise, int rows) {
        return reverse(denoiser, noise, rows);
    }

    /**
     * Draws tokens with classifier-free guidance.
     *
     * @param denoiser predicts for {@code 2R} rows: conditional, then unconditional
     * @param noise the noise of {@code R} rows
     * @param rows {@code R}
     * @param guidance {@code w}; 1 is the conditional prediction alone
     * @return clean tokens, {@code (R, D)}, float32
     * @throws IllegalArgumentException when the noise does not fit the rows or the guidance is not finite
     */
    public float[] sampleGuided(Denoiser denoiser, SamplingNoise noise, int rows, double guidance) {
        if (!Double.isFinite(guidance)) {
            throw new IllegalArgumentException("guidance is " + guidance + ", must be finite");
        }
        return reverse((x, t, output, n) -> predictGuided(denoiser, x, t, output, n, guidance), noise, rows);
    }

    private float[] reverse(Denoiser denoiser, SamplingNoise noise, int rows) {
        float[] x = noise.initial().clone();
        int width = Lengths.width("initial noise", x.length, rows);
        float[] output = new float[2 * rows * width];
        for (int step = 0; step < diffusion.steps(); step++) {
            int index = diffusion.steps() - 1 - step;
            denoiser.predict(x, diffusion.timestep(index), output, rows);
            Posterior posterior = posterior(index, x, output, rows);
            x = index == 0 ? posterior.mean() : draw(posterior, noise.step(step));
        }
        return x;
    }

    private static void predictGuided(
            Denoiser denoiser, float[] x, int timestep, float[] output, int rows, double guidance) {
        float[] both = new float[2 * output.length];
        float[] twice = Arrays.copyOf(x, 2 * x.length); // (R, D) -> (2R, D)
        System.arraycopy(x, 0, twice, x.length, x.length);
        denoiser.predict(twice, timestep, both, 2 * rows);
        System.arraycopy(guide(both, 2 * rows, guidance), 0, output, 0, output.length);
    }

    /**
     * Combines the conditional and the unconditional prediction.
     *
     * @param output {@code (e, v)} of the conditional, then the unconditional rows, {@code (2R, 2D)}, float32
     * @param rows {@code 2R}
     * @param guidance {@code w}
     * @return the guided {@code e} and the conditional {@code v}, {@code (R, 2D)}, float32
     * @throws IllegalArgumentException when the output is no two halves of rows
     */
    public static float[] guide(float[] output, int rows, double guidance) {
        int width = Lengths.width("output", output.length, rows);
        if (rows % 2 != 0) {
            throw new IllegalArgumentException(
                    "the number of rows is " + rows + ", must be even: conditional, then unconditional");
        }
        float[] guided = Arrays.copyOf(output, output.length / 2); // (2R, 2D) -> (R, 2D)
        for (int row = 0; row < rows / 2; row++) {
            for (int i = row * width; i < row * width + width / 2; i++) {
                double unconditional = output[guided.length + i];
                guided[i] = (float) (unconditional + guidance * (output[i] - unconditional));
            }
        }
        return guided;
    }

    /**
     * The distribution of {@code x_{t-1}}.
     *
     * @param index step of the respaced diffusion, in {@code 0 … T'-1}
     * @param x {@code x_t}, {@code (R, D)}, float32
     * @param output the network's {@code (e, v)}, guided as wanted, {@code (R, 2D)}, float32
     * @param rows {@code R}
     * @return predicted clean token, mean and log-variance
     * @throws IllegalArgumentException when the shapes do not fit
     */
    public Posterior posterior(int index, float[] x, float[] output, int rows) {
        int width = Lengths.width("x", x.length, rows);
        Lengths.require("output", output.length, "twice x's length", 2 * x.length);
        Posterior posterior = new Posterior(x.length);
        for (int i = 0; i < x.length; i++) {
            int noiseAt = i / width * 2 * width + i % width;
            fill(posterior, index, i, x[i], output[noiseAt], output[noiseAt + width]);
        }
        return posterior;
    }

    private void fill(Posterior posterior, int index, int i, double x, double noise, double variance) {
        double low = diffusion.posteriorLogVariance(index);
        double clean =
                diffusion.sqrtReciprocalAlphaBar(index) * x - diffusion.sqrtReciprocalAlphaBarMinusOne(index) * noise;
        double clamped = Math.max(-options.clamp(), Math.min(options.clamp(), clean));
        posterior.predicted()[i] = (float) clamped;
        posterior.mean()[i] =
                (float) (diffusion.cleanCoefficient(index) * clamped + diffusion.noisyCoefficient(index) * x);
        posterior.logVariance()[i] = (float) (low + (variance + 1) / 2 * (diffusion.logBeta(index) - low));
    }

    /**
     * Draws {@code x_{t-1}}: {@code mean + exp(logVariance / 2) temperature delta}.
     *
     * @param posterior its distribution
     * @param noise {@code delta}, {@code (R, D)}, float32
     * @return {@code x_{t-1}}, {@code (R, D)}, float32
     * @throws IllegalArgumentException when the noise has another length
     */
    public float[] draw(Posterior posterior, float[] noise) {
        float[] mean = posterior.mean();
        Lengths.require("step noise", noise.length, "the tokens' length", mean.length);
        float[] next = new float[mean.length];
        for (int i = 0; i < next.length; i++) {
            double deviation = Math.exp(0.5 * posterior.logVariance()[i]);
            next[i] = (float) (mean[i] + deviation * noise[i] * options.temperature());
        }
        return next;
    }
}
