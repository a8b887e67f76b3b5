package io.github.marspark.jobs.encode;

/** Turns images into the moments of their latents; used by one thread at a time, on executors. */
@FunctionalInterface
public interface ImageEncoder {
    /**
     * Encodes a batch.
     *
     * @param images {@code (B, 3, S, S)}, from -1 to 1
     * @return means, then log-variances, {@code (B, 2 Z, h, w)}
     */
    float[] encode(float[] images);
}
