package io.github.marspark.model.random;

import io.github.marspark.model.masking.MaskRate;

/**
 * Every random number of training and sampling, as a function of (seed, purpose, step, sample, part). The seed is the key
 * of a counter-based generator and the other four are its counter, so no two draws share a value, and the draw for a
 * sample is the same in any batch, in any order, on any thread or executor. Immutable and thread-safe.
 *
 * <p>{@code L} is the number of tokens of a sample, {@code D} their width, {@code T} the number of time steps. Steps and
 * samples are in {@code 0 … 2^32 - 1}, parts in {@code 0 … 2^24 - 1}.
 *
 * @param seed any number
 */
public record Draws(long seed) {
    private static final int PART_BITS = 24;

    /**
     * The order of a sample's tokens in a training step.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @param tokens {@code L}
     * @return a uniform permutation of {@code 0 … L - 1}
     */
    public int[] order(long step, long sample, int tokens) {
        return stream(Purpose.ORDER, step, sample, 0).permutation(tokens);
    }

    /**
     * The mask rate of a training step, the same for all its samples.
     *
     * @param step training step
     * @param rates the distribution
     * @return a rate in {@code [minimum, 1]}
     */
    public double maskRate(long step, MaskRate rates) {
        return rates.quantile(stream(Purpose.MASK_RATE, step, 0, 0).nextDouble());
    }

    /**
     * Time steps of a sample's diffusion rows, uniform in {@code 0 … T - 1}.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @param timesteps {@code T}
     * @param rows how many to draw
     * @return one time step a row
     */
    public int[] timesteps(long step, long sample, int timesteps, int rows) {
        RandomStream stream = stream(Purpose.TIME_STEP, step, sample, 0);
        int[] result = new int[rows];
        for (int row = 0; row < rows; row++) {
            result[row] = stream.nextInt(timesteps);
        }
        return result;
    }

    /**
     * Standard normal noise of a sample's diffusion rows.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @param length rows times {@code D}
     * @return {@code (rows, D)}, float32
     */
    public float[] noise(long step, long sample, int length) {
        return normal(Purpose.NOISE, step, sample, 0, length);
    }

    /**
     * Whether a training step replaces a sample's label by the learned unconditional vector.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @param probability share of samples, in {@code [0, 1]}
     * @return true with that probability
     * @throws IllegalArgumentException when {@code probability} is none
     */
    public boolean dropsLabel(long step, long sample, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability is " + probability + ", must be in [0, 1]");
        }
        return stream(Purpose.LABEL_DROP, step, sample, 0).nextDouble() < probability;
    }

    /**
     * Whether a training step uses a sample's mirror image.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @return true with probability 1/2
     */
    public boolean mirrors(long step, long sample) {
        return stream(Purpose.MIRROR, step, sample, 0).nextInt() < 0;
    }

    /**
     * Standard normal noise with which a training step draws a sample's latent from the autoencoder's posterior.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @param length number of values of the latent
     * @return the latent's shape, float32
     */
    public float[] posteriorNoise(long step, long sample, int length) {
        return normal(Purpose.POSTERIOR, step, sample, 0, length);
    }

    /**
     * The order in which the latents of a training step's batch are given to dead codes.
     *
     * @param step training step
     * @param latents of the whole batch, N
     * @return a uniform permutation of {@code 0 … N - 1}
     */
    public int[] codeRestart(long step, int latents) {
        return stream(Purpose.CODE_RESTART, step, 0, 0).permutation(latents);
    }

    /**
     * The key from which a layer derives its dropout mask for a sample.
     *
     * @param step training step
     * @param sample index of the sample in the data
     * @param layer number of the place that drops
     * @return 32 random bits
     */
    public int dropoutKey(long step, long sample, int layer) {
        return stream(Purpose.DROPOUT, step, sample, layer).nextInt();
    }

    /**
     * The order in which a sample is generated, from its end.
     *
     * @param sample number of the generated sample
     * @param tokens {@code L}
     * @return a uniform permutation of {@code 0 … L - 1}
     */
    public int[] generationOrder(long sample, int tokens) {
        return stream(Purpose.GENERATION_ORDER, 0, sample, 0).permutation(tokens);
    }

    /**
     * The standard normal noise from which the diffusion of a sample's tokens starts.
     *
     * @param sample number of the generated sample
     * @param iteration iteration of the generation, from 0
     * @param length number of tokens of this iteration times {@code D}
     * @return {@code (tokens, D)}, float32
     */
    public float[] initialNoise(long sample, int iteration, int length) {
        return normal(Purpose.INITIAL_NOISE, iteration, sample, 0, length);
    }

    /**
     * The standard normal noise of one reverse step of the diffusion of a sample's tokens.
     *
     * @param sample number of the generated sample
     * @param iteration iteration of the generation, from 0
     * @param diffusionStep number of the reverse step
     * @param length number of tokens of this iteration times {@code D}
     * @return {@code (tokens, D)}, float32
     */
    public float[] stepNoise(long sample, int iteration, int diffusionStep, int length) {
        return normal(Purpose.STEP_NOISE, iteration, sample, diffusionStep, length);
    }

    /**
     * The uniform number by which the id of a generated token is drawn, the same in whatever iteration that is.
     *
     * @param sample number of the generated sample
     * @param position of the token in its image
     * @param redraw how often the position was drawn before and not kept
     * @return at least 0 and below 1
     */
    public double idUniform(long sample, int position, int redraw) {
        return stream(Purpose.ID, position, sample, redraw).nextDouble();
    }

    /**
     * The uniform number from which comes what chance adds to the confidence in an id.
     *
     * @param sample number of the generated sample
     * @param position of the token in its image
     * @param iteration iteration of the generation, from 0
     * @return at least 0 and below 1
     */
    public double confidenceUniform(long sample, int position, int iteration) {
        return stream(Purpose.CONFIDENCE, position, sample, iteration).nextDouble();
    }

    /**
     * The stream that a parameter's initial values come from.
     *
     * @param parameter number of the parameter array
     * @return a new stream at its beginning
     */
    public RandomStream initialisation(int parameter) {
        return stream(Purpose.INITIALISATION, 0, parameter, 0);
    }

    /**
     * The order of the samples of a stream in an epoch.
     *
     * @param epoch number of the epoch
     * @param stream number of the stream of samples
     * @param samples number of samples
     * @return a uniform permutation of {@code 0 … samples - 1}
     */
    public int[] shuffle(long epoch, long stream, int samples) {
        return stream(Purpose.SHUFFLE, epoch, stream, 0).permutation(samples);
    }

    /**
     * A stream of its own for each (purpose, step, sample, part).
     *
     * @param purpose what the numbers are for
     * @param step step, in {@code 0 … 2^32 - 1}
     * @param sample sample, in {@code 0 … 2^32 - 1}
     * @param part part of the draw, in {@code 0 … 2^24 - 1}
     * @return a new stream at its beginning
     * @throws IllegalArgumentException when a number is out of range
     */
    public RandomStream stream(Purpose purpose, long step, long sample, int part) {
        int high = purpose.number() << PART_BITS;
        int low = word("part", part, PART_BITS);
        return new RandomStream(seed, high | low, word("step", step, 32), word("sample", sample, 32));
    }

    private float[] normal(Purpose purpose, long step, long sample, int part, int length) {
        float[] result = new float[length];
        stream(purpose, step, sample, part).normal(result, 0, length);
        return result;
    }

    private static int word(String name, long value, int bits) {
        if (value >>> bits != 0) {
            throw new IllegalArgumentException("%s is %s, must be in 0 … %s".formatted(name, value, (1L << bits) - 1));
        }
        return (int) value;
    }
}
