package io.github.marspark.jobs.recipe;

import io.github.marspark.model.diffusion.NoiseSchedule;

/**
 * The diffusion head: an MLP that denoises one token, given what the transformer knows about it.
 *
 * @param width width of its residual blocks
 * @param depth number of its residual blocks
 * @param noiseSchedule how noise grows with the diffusion's step
 * @see <a href="https://arxiv.org/abs/2406.11838">section 3.2</a>
 */
public record HeadRecipe(
        @Describe(value = "width of the head", byDefault = "1024")
        int width,

        @Describe(value = "depth of the head", unit = "blocks", byDefault = "6")
        int depth,

        @Describe(value = "how noise grows with the diffusion's step", byDefault = "cosine")
        NoiseSchedule noiseSchedule) {
    /** Checks each value. */
    public HeadRecipe {
        Require.atLeast("width", width, 1);
        Require.atLeast("depth", depth, 1);
    }
}
