package io.github.marspark.jobs.encode;

/** Turns images into the moments of their latents, and these into ids; used by one thread at a time, on executors. */
@FunctionalInterface
public interface ImageEncoder {
    /**
     * Encodes a batch.
     *
     * @param images {@code (B, 3, S, S)}, from -1 to 1
     * @return means, then log-variances, {@code (B, 2 Z, h, w)}; by a quantised tokenizer latents, {@code (B, Z, h, w)}
     */
    float[] encode(float[] images);

    /**
     * The ids of the codes that are nearest to latents.
     *
     * @param latents as {@link #encode} gives them
     * @return {@code (B, h w)}, row by row; empty by a tokenizer without codes
     */
    default int[] ids(float[] latents) {
        return new int[0];
    }
}
