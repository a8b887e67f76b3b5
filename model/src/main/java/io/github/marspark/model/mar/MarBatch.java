package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;

/**
 * One batch of the training objective with everything that chance decides: nothing is drawn while the loss is computed.
 *
 * <p>Legend: {@code B} samples, {@code L} tokens, {@code D} values a token, {@code R} masked tokens of the batch,
 * {@code m} time steps a token, {@code N = m R} rows of the head; row {@code c R + r} is copy c of masked token r. A
 * causal network predicts all tokens, so that R is B L; tokens that are ids have no time steps and no noise, so that N is
 * 0.
 *
 * @param tokens {@code (B L, D)}, scaled latents, or ids
 * @param labels {@code (B)}, class or -1 where the label is dropped
 * @param masking which tokens are hidden
 * @param timesteps {@code (N)}
 * @param noise {@code (N, D)}
 */
public record MarBatch(float[] tokens, int[] labels, Masking masking, int[] timesteps, float[] noise) {
    /** Checks that the parts fit together and that every token is a number. */
    public MarBatch {
        int masked = masking.samples() * masking.masked();
        require("labels", labels.length, masking.samples());
        if (masked == 0 || timesteps.length % masked != 0) {
            throw new IllegalArgumentException("time steps are " + timesteps.length
                    + ", must be a multiple of the masked tokens, which are " + masked);
        }
        int size = tokens.length / (masking.samples() * masking.tokens());
        require("tokens", tokens.length, masking.samples() * masking.tokens() * size);
        require("noise", noise.length, timesteps.length * size);
        for (int i = 0; i < tokens.length; i++) {
            if (!Float.isFinite(tokens[i])) {
                throw new IllegalArgumentException("tokens hold " + tokens[i] + " in sample "
                        + i / (masking.tokens() * size) + ", must be finite");
            }
        }
    }

    /**
     * Draws what chance decides for a step of training, the same for a sample in any batch.
     *
     * @param step training step, which has one mask rate for all samples
     * @param samples {@code (B)}, index of each sample in the data
     * @param labels {@code (B)}, class of each sample
     * @param tokens {@code (B L, D)}, scaled latents
     * @param diffusionSteps time steps of the diffusion
     * @param threads share the samples
     */
    public static MarBatch draw(
            MarConfig config,
            Draws draws,
            int diffusionSteps,
            long step,
            long[] samples,
            int[] labels,
            float[] tokens,
            Threads threads) {
        double rate = draws.maskRate(step, config.maskRate());
        return draw(config, draws, diffusionSteps, step, samples, labels, tokens, config.masked(rate), threads);
    }

    /**
     * Draws as the other does, but for the number of tokens that are hidden.
     *
     * @param masked tokens a sample, in 1 … L
     */
    public static MarBatch draw(
            MarConfig config,
            Draws draws,
            int diffusionSteps,
            long step,
            long[] samples,
            int[] labels,
            float[] tokens,
            int masked,
            Threads threads) {
        int[][] orders = Arrays.stream(samples)
                .mapToObj(sample ->
                        config.design().order().of(config.tokens(), () -> draws.order(step, sample, config.tokens())))
                .toArray(int[][]::new);
        Masking masking = Masking.of(orders, masked);
        int[] kept = labels.clone();
        for (int b = 0; b < kept.length; b++) {
            kept[b] = draws.dropsLabel(step, samples[b], config.labelDrop()) ? -1 : labels[b];
        }
        MaskedDraws drawn = new MaskedDraws(config, draws, diffusionSteps, masking);
        threads.split(samples.length, 1, (from, to) -> {
            for (int b = from; b < to; b++) {
                drawn.add(step, samples[b], b);
            }
        });
        return new MarBatch(tokens, kept, masking, drawn.timesteps, drawn.noise);
    }

    /** Time steps and noise of all samples' masked tokens, copy after copy. */
    private static final class MaskedDraws {
        private final MarConfig config;
        private final Draws draws;
        private final int diffusionSteps;
        private final Masking masking;
        private final int[] timesteps;
        private final float[] noise;

        MaskedDraws(MarConfig config, Draws draws, int diffusionSteps, Masking masking) {
            this.config = config;
            this.draws = draws;
            this.diffusionSteps = diffusionSteps;
            this.masking = masking;
            this.timesteps = new int[config.copies() * masking.samples() * masking.masked()];
            this.noise = new float[timesteps.length * config.tokenSize()];
        }

        /** Draws for sample b of the batch; its masked tokens lie together in each copy. */
        void add(long step, long sample, int b) {
            int copies = config.copies();
            int rows = masking.masked();
            int size = config.tokenSize();
            int[] times = draws.timesteps(step, sample, diffusionSteps, copies * rows);
            float[] values = draws.noise(step, sample, copies * rows * size);
            for (int copy = 0; copy < copies; copy++) {
                int start = (copy * masking.samples() + b) * rows;
                System.arraycopy(times, copy * rows, timesteps, start, rows);
                System.arraycopy(values, copy * rows * size, noise, start * size, rows * size);
            }
        }
    }

    private static void require(String name, int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(name + " has " + length + " values, must have " + expected);
        }
    }

    /** D, values a token. */
    public int tokenSize() {
        return tokens.length / (masking.samples() * masking.tokens());
    }

    /** Refuses labels that a network of so many classes does not have. */
    void requireClasses(int classes) {
        for (int label : labels) {
            if (label < -1 || label >= classes) {
                throw new IllegalArgumentException(
                        "label is " + label + ", must be within 0 to " + (classes - 1) + ", or -1 for none");
            }
        }
    }

    /**
     * The tokens that the head is to recover, one for each of its rows.
     *
     * @param rows {@code (R)}, numbers of the tokens that are predicted
     * @return {@code (N, D)}
     */
    float[] targets(int[] rows) {
        int size = tokenSize();
        float[] targets = new float[timesteps.length * size];
        for (int n = 0; n < timesteps.length; n++) {
            System.arraycopy(tokens, rows[n % rows.length] * size, targets, n * size, size);
        }
        return targets;
    }

    @Override
    public String toString() {
        return "batch of " + masking.samples() + " with " + masking.known() + " of " + masking.tokens()
                + " tokens known, labels " + Arrays.toString(labels);
    }
}
