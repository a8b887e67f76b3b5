package io.github.marspark.model.diffusion;

/** The noise of one run of the sampler, standard normal, for its {@code R} rows of width {@code D}. */
public interface SamplingNoise {
    /**
     * What the diffusion starts from.
     *
     * @return {@code x_T}, {@code (R, D)}, float32
     */
    float[] initial();

    /**
     * What a reverse step adds.
     *
     * @param step number of the reverse step in the order of execution: 0 is the noisiest
     * @return {@code (R, D)}, float32; not asked for at the last step, which adds none
     */
    float[] step(int step);
}
