package io.github.marspark.model.autoencoder;

/**
 * What stands between encoder and decoder in a training.
 *
 * <p>Legend: {@code B} images, {@code h}, {@code w} sides of the latent image, {@code Z} its channels, {@code m} moments of a
 * value.
 */
interface Bottleneck {
    /**
     * Takes a step's moments.
     *
     * @param moments {@code (B h w, m Z)}
     * @param step number of the step
     * @param samples numbers of its images, {@code (B)}
     */
    Passage pass(float[] moments, long step, int[] samples);

    /** One batch's way through. */
    interface Passage {
        /** What the decoder is given, {@code (B h w, Z)}. */
        float[] latents();

        /** What is added to the reconstruction's loss. */
        double loss();

        /**
         * The way back, of both losses; called once.
         *
         * @param gradient with respect to {@link #latents}
         * @return gradient with respect to the moments
         */
        float[] backward(float[] gradient);
    }
}
