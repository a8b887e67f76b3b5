package io.github.marspark.jobs.sample;

import io.github.marspark.model.autoencoder.Codebook;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.tensor.Threads;

/** Between a network's tokens, {@code (B L, D)}, and the latents of a tokenizer, {@code (B, Z, h, w)}, not scaled. */
interface TokenSpace {
    /** The tokens of latents. */
    float[] tokens(float[] latents);

    /** The latents of tokens. */
    float[] latents(float[] tokens);

    /**
     * Tokens of patches of numbers.
     *
     * @param scale what the network's latents are multiplied by
     */
    record Numbers(Patchify patchify, float scale) implements TokenSpace {
        static Numbers of(MarConfig config, double scale) {
            return new Numbers(
                    new Patchify(config.latentChannels(), config.latentSize(), config.latentSize(), config.patch()),
                    (float) scale);
        }

        @Override
        public float[] tokens(float[] latents) {
            float[] scaled = new float[latents.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = latents[i] * scale;
            }
            return patchify.patchify(scaled);
        }

        @Override
        public float[] latents(float[] tokens) {
            float[] latents = patchify.unpatchify(tokens);
            for (int i = 0; i < latents.length; i++) {
                latents[i] /= scale;
            }
            return latents;
        }
    }

    /**
     * Tokens that are ids of codes.
     *
     * @param places of an image, L
     * @param threads that search for the nearest code
     */
    record Ids(Codebook codebook, int places, Threads threads) implements TokenSpace {
        @Override
        public float[] tokens(float[] latents) {
            int[] ids = codebook.ids(latents, places, threads);
            float[] tokens = new float[ids.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = ids[i];
            }
            return tokens;
        }

        @Override
        public float[] latents(float[] tokens) {
            int[] ids = new int[tokens.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (int) tokens[i];
            }
            return codebook.latents(ids, places);
        }
    }
}
