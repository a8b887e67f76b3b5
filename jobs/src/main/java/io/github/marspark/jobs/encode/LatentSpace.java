package io.github.marspark.jobs.encode;

import io.github.marspark.data.tokenizer.TokenizerIdentity;
import java.io.Serializable;

/**
 * The latents that a tokenizer makes.
 *
 * @param fingerprint of the tokenizer
 * @param scale what latents are multiplied by before the training
 * @param channels latent channels
 * @param side latent rows, and columns
 * @param codes of a quantised tokenizer; 0 for one without
 */
public record LatentSpace(String fingerprint, double scale, int channels, int side, int codes) implements Serializable {
    /** Checks the sizes. */
    public LatentSpace {
        requirePositive("channels", channels);
        requirePositive("side", side);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    /** Which tokenizer made the latents. */
    TokenizerIdentity tokenizer() {
        return new TokenizerIdentity(fingerprint, scale);
    }
}
