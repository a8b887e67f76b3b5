package io.github.marspark.model.mar;

import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;

/**
 * The training objective of samples that are not trained on, with the same masks, times and noise whenever it is
 * measured, so that two measurements differ by the network alone. Nothing is dropped, neither labels nor activations.
 *
 * <p>Each sample is masked {@value #PASSES} times, at rates in the middle of as many equally probable parts of the
 * training's distribution of mask rates; its order, times and noise are functions of the seed, the pass and the sample. So
 * a sample's loss is the same in any batch, up to the rounding of sums.
 *
 * @see MarObjective
 */
public final class ValidationLoss {
    /** How often each sample is masked. */
    public static final int PASSES = 4;

    private final MarConfig config;
    private final MarObjective objective;
    private final int diffusionSteps;
    private final Draws draws;

    /**
     * The loss of a network.
     *
     * @param config its sizes
     * @param objective its objective
     * @param diffusionSteps time steps of the diffusion
     * @param draws of a seed that the training does not use
     */
    public ValidationLoss(MarConfig config, MarObjective objective, int diffusionSteps, Draws draws) {
        this.config = config;
        this.objective = objective;
        this.diffusionSteps = diffusionSteps;
        this.draws = draws;
    }

    /**
     * The loss of each sample, whose mean over all held-out samples is the validation loss.
     *
     * @param samples {@code (B)}, index of each sample in the data
     * @param labels {@code (B)}, class of each sample, or -1 for none
     * @param tokens {@code (B L, D)}, scaled latents
     * @return {@code (B)}
     */
    public double[] of(Kernels kernels, long[] samples, int[] labels, float[] tokens) {
        double[] losses = new double[samples.length];
        MaskRate rates = config.maskRate();
        for (int pass = 0; pass < PASSES; pass++) {
            int masked = config.masked(rates.quantile((pass + 0.5) / PASSES));
            MarBatch drawn = MarBatch.draw(
                    config, draws, diffusionSteps, pass, samples, labels, tokens, masked, kernels.threads());
            MarBatch kept = new MarBatch(tokens, labels, drawn.masking(), drawn.timesteps(), drawn.noise());
            add(objective.evaluate(kernels, kept, DropoutKeys.NONE), masked, losses);
        }
        return losses;
    }

    /** Adds each sample's part of a pass; its masked tokens lie together in each copy of all masked tokens. */
    private static void add(LossTerms terms, int masked, double[] losses) {
        double[] ofRows = terms.ofRows();
        double share = (double) losses.length / ofRows.length / PASSES;
        for (int row = 0; row < ofRows.length; row++) {
            losses[row / masked % losses.length] += share * ofRows[row];
        }
    }
}
