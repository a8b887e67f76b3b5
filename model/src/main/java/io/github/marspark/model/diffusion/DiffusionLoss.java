package io.github.marspark.model.diffusion;

import io.github.marspark.model.tensor.Losses;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The diffusion loss of the paper over rows that are independent of each other:
 *
 * <pre>
 * x_t      = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) epsilon
 * (e, v)   = network(x_t, t, z)
 * loss_n   = mean_D (epsilon - e)² + bound_n
 * bound_n  = mean_D KL(q(x_t-1 | x_t, x_0) || p(x_t-1 | x_t)) / ln 2,  for t = 0: -mean_D log p(x_0 | x_1) / ln 2
 * log sigma² = f log beta_t + (1 - f) log posteriorVariance_t,  f = (v + 1) / 2
 * </pre>
 *
 * <p>The bound's mean takes {@code e} as a constant, so its gradient reaches {@code v} alone. Only masked tokens are to be
 * given: the paper's loss is the mean over them. Computed in float64. Immutable and thread-safe.
 *
 * <p>{@code N} rows of width {@code D}.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.2 and equation 1</a>
 */
public final class DiffusionLoss {
    private static final double BITS = 1 / Math.log(2);

    /** Rows below which a second thread costs more than it brings. */
    private static final int ROWS = 16;

    private final GaussianDiffusion diffusion;

    /**
     * The loss of a diffusion.
     *
     * @param diffusion the training diffusion, all steps of it
     */
    public DiffusionLoss(GaussianDiffusion diffusion) {
        this.diffusion = diffusion;
    }

    /**
     * Adds noise: {@code x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) epsilon}.
     *
     * @param clean {@code x_0}, {@code (N, D)}, float32
     * @param noise {@code epsilon}, {@code (N, D)}, float32
     * @param timesteps {@code t}, {@code (N)}, in {@code 0 … T-1}
     * @return {@code x_t}, {@code (N, D)}, float32
     * @throws IllegalArgumentException when the shapes do not fit or a time step is out of range
     */
    public float[] diffuse(float[] clean, float[] noise, int[] timesteps) {
        int width = width(clean, noise, timesteps);
        float[] noisy = new float[clean.length];
        for (int i = 0; i < noisy.length; i++) {
            int t = timesteps[i / width];
            noisy[i] = (float) (diffusion.sqrtAlphaBar(t) * clean[i] + diffusion.sqrtOneMinusAlphaBar(t) * noise[i]);
        }
        return noisy;
    }

    /**
     * The loss as the plain mean over the rows.
     *
     * @param clean {@code x_0}, {@code (N, D)}, float32
     * @param noise {@code epsilon}, {@code (N, D)}, float32
     * @param timesteps {@code t}, {@code (N)}, in {@code 0 … T-1}
     * @param output the network's {@code (e, v)}, {@code (N, 2D)}, float32
     * @param threads share the rows
     * @return the loss and its gradient by {@code output}
     * @throws IllegalArgumentException when the shapes do not fit or a time step is out of range
     */
    public DiffusionTerms evaluate(float[] clean, float[] noise, int[] timesteps, float[] output, Threads threads) {
        float[] weights = new float[timesteps.length];
        Arrays.fill(weights, 1);
        return evaluate(clean, noise, timesteps, weights, output, threads);
    }

    /**
     * The loss as a weighted mean over the rows, {@code sum_n w_n loss_n / sum_n w_n}.
     *
     * @param clean {@code x_0}, {@code (N, D)}, float32
     * @param noise {@code epsilon}, {@code (N, D)}, float32
     * @param timesteps {@code t}, {@code (N)}, in {@code 0 … T-1}
     * @param weights {@code w}, {@code (N)}, at least 0 and not all 0
     * @param output the network's {@code (e, v)}, {@code (N, 2D)}, float32
     * @param threads share the rows
     * @return the loss and its gradient by {@code output}
     * @throws IllegalArgumentException when the shapes do not fit, a time step is out of range or the weights sum to 0
     */
    public DiffusionTerms evaluate(
            float[] clean, float[] noise, int[] timesteps, float[] weights, float[] output, Threads threads) {
        double[] exact = new double[output.length];
        Arrays.setAll(exact, i -> output[i]);
        return evaluate(clean, noise, timesteps, weights, exact, threads);
    }

    DiffusionTerms evaluate(
            float[] clean, float[] noise, int[] timesteps, float[] weights, double[] output, Threads threads) {
        int width = width(clean, noise, timesteps);
        Lengths.require("output", output.length, "twice the width times the rows", 2 * clean.length);
        Lengths.require("weights", weights.length, "the rows", timesteps.length);
        double total = total(weights);
        DiffusionTerms terms = new DiffusionTerms(timesteps.length, width);
        threads.split(timesteps.length, ROWS, (from, to) -> {
            for (int row = from; row < to; row++) {
                Row here = new Row(row, width, timesteps[row], weights[row] / total);
                addSquaredError(here, noise, output, terms);
                addBound(here, clean, noise, output, terms);
            }
        });
        for (int row = 0; row < timesteps.length; row++) {
            terms.addWeighted(row, weights[row] / total);
        }
        return terms;
    }

    /**
     * The loss as the plain mean over the rows, computed where the output lies.
     *
     * @param losses compute there
     * @param clean {@code x_0}, {@code (N, D)}, float32
     * @param noise {@code epsilon}, {@code (N, D)}, float32
     * @param timesteps {@code t}, {@code (N)}, in {@code 0 … T-1}
     * @param output the network's {@code (e, v)}, {@code (N, 2D)}
     * @param gradient receives the derivative by {@code output}
     * @return the loss
     * @throws IllegalArgumentException when the shapes do not fit or a time step is out of range
     */
    public DoubleSupplier differentiate(
            Losses losses, float[] clean, float[] noise, int[] timesteps, Matrix output, Matrix gradient) {
        Lengths.require("output", Math.toIntExact(output.size()), "twice the width times the rows", 2 * clean.length);
        width(clean, noise, timesteps);
        return losses.diffusion(output, clean, noise, timesteps, table(), gradient);
    }

    /** Three numbers a time step; see {@link Losses#diffusion}. */
    private double[] table() {
        return IntStream.range(0, diffusion.steps())
                .mapToObj(t ->
                        DoubleStream.of(differenceScale(t), diffusion.posteriorLogVariance(t), diffusion.logBeta(t)))
                .flatMapToDouble(Function.identity())
                .toArray();
    }

    /** The means of q and p differ by this times the difference of the noises. */
    private double differenceScale(int t) {
        return diffusion.cleanCoefficient(t) * diffusion.sqrtReciprocalAlphaBarMinusOne(t);
    }

    private static void addSquaredError(Row row, float[] noise, double[] output, DiffusionTerms terms) {
        for (int d = 0; d < row.width; d++) {
            double error = output[row.noiseAt(d)] - noise[row.at(d)];
            terms.squaredErrors()[row.index] += error * error / row.width;
            terms.gradient()[row.noiseAt(d)] = row.share * 2 * error / row.width;
        }
    }

    /**
     * The means of q and p differ by {@code clean_t (x_0 - xHat_0)}, and {@code x_0 - xHat_0 =
     * sqrt(1/alphaBar_t - 1) (e - epsilon)}.
     */
    private void addBound(Row row, float[] clean, float[] noise, double[] output, DiffusionTerms terms) {
        int t = row.timestep;
        double scale = differenceScale(t);
        double low = diffusion.posteriorLogVariance(t);
        double high = diffusion.logBeta(t);
        for (int d = 0; d < row.width; d++) {
            double difference = scale * (output[row.noiseAt(d)] - noise[row.at(d)]);
            double logVariance = low + (output[row.varianceAt(d)] + 1) / 2 * (high - low);
            VariationalBound bound = t == 0
                    ? VariationalBound.likelihood(clean[row.at(d)], difference, logVariance)
                    : VariationalBound.divergence(difference, logVariance, low);
            terms.bounds()[row.index] += bound.value() * BITS / row.width;
            terms.gradient()[row.varianceAt(d)] = row.share * bound.slope() * (high - low) / 2 * BITS / row.width;
        }
    }

    private int width(float[] clean, float[] noise, int[] timesteps) {
        int width = Lengths.width("clean", clean.length, timesteps.length);
        Lengths.require("noise", noise.length, "clean's length", clean.length);
        for (int t : timesteps) {
            if (t < 0 || t >= diffusion.steps()) {
                throw new IllegalArgumentException(
                        "time step is %s, must be in 0 … %s".formatted(t, diffusion.steps() - 1));
            }
        }
        return width;
    }

    private static double total(float[] weights) {
        double total = 0;
        for (float weight : weights) {
            if (!(weight >= 0)) {
                throw new IllegalArgumentException("weight is " + weight + ", must be at least 0");
            }
            total += weight;
        }
        if (total == 0) {
            throw new IllegalArgumentException("the weights sum to 0, at least one row must count");
        }
        return total;
    }

    /** Where a row lies in arrays of {@code (N, D)} and {@code (N, 2D)}, and its share of the loss. */
    private record Row(int index, int width, int timestep, double share) {
        int at(int d) {
            return index * width + d;
        }

        int noiseAt(int d) {
            return 2 * index * width + d;
        }

        int varianceAt(int d) {
            return (2 * index + 1) * width + d;
        }
    }
}
