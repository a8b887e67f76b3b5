package io.github.marspark.jobs.recipe;

/** How the noise of the diffusion grows with its step. */
public enum NoiseScheduleName {
    /** The cosine schedule, the article's. */
    COSINE,
    /** The linear schedule. */
    LINEAR
}
