package io.github.marspark.model.diffusion;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The tables of a Gaussian diffusion with {@code T'} steps, in float64:
 *
 * <pre>
 * q(x_t | x_0)        = N(sqrt(alphaBar_t) x_0, (1 - alphaBar_t) I)
 * q(x_t-1 | x_t, x_0) = N(clean_t x_0 + noisy_t x_t, posteriorVariance_t I)
 * x_0                 = sqrt(1 / alphaBar_t) x_t - sqrt(1 / alphaBar_t - 1) epsilon
 * </pre>
 *
 * <p>A respaced diffusion takes some steps of another one; {@link #timestep} tells which, and that original number is what
 * the network is given. Immutable and thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al., equations 4 to 7</a>
 */
public final class GaussianDiffusion {
    /** {@code T}, the steps of the diffusion in training; the paper's. */
    public static final int TRAINING_STEPS = 1000;

    private final int[] timesteps;
    private final double[] betas;
    private final double[] alphaBars;
    private final double[] posteriorVariances;

    private GaussianDiffusion(double[] betas, int[] timesteps) {
        if (betas.length < 2) {
            throw new IllegalArgumentException(
                    "the number of diffusion steps is " + betas.length + ", must be at least 2");
        }
        this.timesteps = timesteps;
        this.betas = betas;
        this.alphaBars = cumulativeProduct(betas);
        this.posteriorVariances = table(t -> beta(t) * (1 - alphaBarPrevious(t)) / (1 - alphaBar(t)));
    }

    /**
     * The diffusion used in training.
     *
     * @param schedule how much noise each step adds
     * @param timesteps {@code T}, number of steps, at least 2
     * @return a diffusion whose steps are all of the schedule's
     * @throws IllegalArgumentException when {@code timesteps} is less than 2
     */
    public static GaussianDiffusion of(NoiseSchedule schedule, int timesteps) {
        return new GaussianDiffusion(
                schedule.betas(timesteps), IntStream.range(0, timesteps).toArray());
    }

    /**
     * The diffusion that takes only some of this one's steps, with {@code beta_i = 1 - alphaBar_i / alphaBar_{i-1}} between
     * the steps taken.
     *
     * @param respacing which steps
     * @return a diffusion with fewer steps and the same {@code alphaBar} at each
     * @throws IllegalArgumentException when this diffusion cannot be respaced so, or only to a single step
     */
    public GaussianDiffusion respaced(Respacing respacing) {
        int[] taken = respacing.timesteps(steps());
        double[] fewer = new double[taken.length];
        for (int i = 0; i < taken.length; i++) {
            fewer[i] = 1 - alphaBar(taken[i]) / (i == 0 ? 1 : alphaBar(taken[i - 1]));
        }
        return new GaussianDiffusion(
                fewer, IntStream.of(taken).map(this::timestep).toArray());
    }

    /**
     * The number of steps.
     *
     * @return {@code T'}
     */
    public int steps() {
        return betas.length;
    }

    /**
     * The time step of the training diffusion that a step stands for.
     *
     * @param index step, in {@code 0 … T'-1}
     * @return what to give the network, in {@code 0 … T-1}
     */
    public int timestep(int index) {
        return timesteps[index];
    }

    /**
     * {@code beta_t}, the variance that step t adds.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in (0, 1)
     */
    public double beta(int t) {
        return betas[t];
    }

    /**
     * {@code log beta_t}, the upper end of the learned log-variance.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a negative value
     */
    public double logBeta(int t) {
        return Math.log(betas[t]);
    }

    /**
     * {@code alphaBar_t = prod_{i <= t} (1 - beta_i)}, the share of the signal's power left after step t.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in (0, 1)
     */
    public double alphaBar(int t) {
        return alphaBars[t];
    }

    /**
     * {@code alphaBar_{t-1}}.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in (0, 1], 1 for the first step
     */
    public double alphaBarPrevious(int t) {
        return t == 0 ? 1 : alphaBars[t - 1];
    }

    /**
     * {@code alphaBar_{t+1}}.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in [0, 1), 0 for the last step
     */
    public double alphaBarNext(int t) {
        return t == steps() - 1 ? 0 : alphaBars[t + 1];
    }

    /**
     * {@code sqrt(alphaBar_t)}, the scale of the clean value in the noisy one.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in (0, 1)
     */
    public double sqrtAlphaBar(int t) {
        return Math.sqrt(alphaBars[t]);
    }

    /**
     * {@code sqrt(1 - alphaBar_t)}, the scale of the noise in the noisy value.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in (0, 1)
     */
    public double sqrtOneMinusAlphaBar(int t) {
        return Math.sqrt(1 - alphaBars[t]);
    }

    /**
     * {@code log(1 - alphaBar_t)}.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a negative value
     */
    public double logOneMinusAlphaBar(int t) {
        return Math.log(1 - alphaBars[t]);
    }

    /**
     * {@code sqrt(1 / alphaBar_t)}, the scale of the noisy value in the clean one.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value above 1
     */
    public double sqrtReciprocalAlphaBar(int t) {
        return Math.sqrt(1 / alphaBars[t]);
    }

    /**
     * {@code sqrt(1 / alphaBar_t - 1)}, the scale of the noise in the clean value.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a positive value
     */
    public double sqrtReciprocalAlphaBarMinusOne(int t) {
        return Math.sqrt(1 / alphaBars[t] - 1);
    }

    /**
     * {@code beta_t (1 - alphaBar_{t-1}) / (1 - alphaBar_t)}, the variance of the posterior.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in [0, 1), 0 for the first step
     */
    public double posteriorVariance(int t) {
        return posteriorVariances[t];
    }

    /**
     * The logarithm of the posterior variance, the lower end of the learned log-variance; the first step has the second's.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a finite negative value
     */
    public double posteriorLogVariance(int t) {
        return Math.log(posteriorVariances[Math.max(t, 1)]);
    }

    /**
     * {@code beta_t sqrt(alphaBar_{t-1}) / (1 - alphaBar_t)}, the scale of the clean value in the posterior's mean.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in (0, 1]
     */
    public double cleanCoefficient(int t) {
        return betas[t] * Math.sqrt(alphaBarPrevious(t)) / (1 - alphaBars[t]);
    }

    /**
     * {@code (1 - alphaBar_{t-1}) sqrt(1 - beta_t) / (1 - alphaBar_t)}, the scale of the noisy value in the posterior's
     * mean.
     *
     * @param t step, in {@code 0 … T'-1}
     * @return a value in [0, 1), 0 for the first step
     */
    public double noisyCoefficient(int t) {
        return (1 - alphaBarPrevious(t)) * Math.sqrt(1 - betas[t]) / (1 - alphaBars[t]);
    }

    private double[] table(IntToDoubleFunction entry) {
        return IntStream.range(0, steps()).mapToDouble(entry).toArray();
    }

    private static double[] cumulativeProduct(double[] betas) {
        double[] products = new double[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1 - betas[t];
            products[t] = product;
        }
        return products;
    }
}
