package io.github.marspark.model.diffusion;

/** The network as the sampler sees it: the diffusion head with the rows' condition vectors already in place. */
@FunctionalInterface
public interface Denoiser {
    /**
     * Predicts the noise and the variance of rows that share a time step.
     *
     * <p>With guidance the rows are the conditional half followed by the unconditional half, and {@code x} holds the same
     * values in both.
     *
     * @param x noisy tokens {@code x_t}, {@code (rows, D)}, float32
     * @param timestep {@code t} of the training diffusion
     * @param output where to write the noise {@code e} and the variance {@code v}, {@code (rows, 2D)}, float32
     * @param rows number of rows
     */
    void predict(float[] x, int timestep, float[] output, int rows);
}
