package io.github.marspark.model.autoencoder;

import io.github.marspark.model.random.Draws;

/** Draws latents from their normal distributions, and draws those to the standard one. */
final class NormalBottleneck implements Bottleneck {
    private final LatentDistribution distribution;
    private final Draws draws;
    private final AutoencoderConfig config;
    private final double weight;

    /**
     * A bottleneck.
     *
     * @param weight of the divergence, in nats for each value of an image
     */
    NormalBottleneck(AutoencoderConfig config, Draws draws, double weight) {
        this.distribution = new LatentDistribution(config.latentChannels());
        this.draws = draws;
        this.config = config;
        this.weight = weight;
    }

    @Override
    public Passage pass(float[] moments, long step, int[] samples) {
        float[] noise = noise(step, samples);
        double share = weight / ((double) samples.length * config.imageValues());
        return new Drawn(moments, noise, distribution.sample(moments, noise), share);
    }

    /** Standard normal noise for each latent, {@code (B h w, Z)}. */
    private float[] noise(long step, int[] samples) {
        int values = config.latentValues();
        float[] noise = new float[samples.length * values];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(draws.posteriorNoise(step, samples[i], values), 0, noise, i * values, values);
        }
        return noise;
    }

    private final class Drawn implements Passage {
        private final float[] moments;
        private final float[] noise;
        private final float[] latents;
        private final double share;

        Drawn(float[] moments, float[] noise, float[] latents, double share) {
            this.moments = moments;
            this.noise = noise;
            this.latents = latents;
            this.share = share;
        }

        @Override
        public float[] latents() {
            return latents;
        }

        @Override
        public double loss() {
            return share * distribution.divergence(moments);
        }

        @Override
        public float[] backward(float[] gradient) {
            return distribution.backward(moments, noise, gradient, share);
        }
    }
}
