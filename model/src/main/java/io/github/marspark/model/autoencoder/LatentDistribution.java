package io.github.marspark.model.autoencoder;

/**
 * The normal distributions that the encoder's moments describe: {@code z = mean + exp(logVariance / 2) noise}, with the
 * logarithm of the variance clamped to -30 … 20.
 *
 * <p>Moments come in runs: {@code values} means, then as many logarithms of variances; latents and noise in runs of
 * {@code values}. A run is an image {@code (2 Z, h, w)} where channels come one after the other, and a place {@code (2 Z)}
 * where places do. Immutable and thread-safe.
 *
 * @param values number of means in a run
 */
public record LatentDistribution(int values) {
    private static final float LEAST = -30;
    private static final float MOST = 20;

    /** Checks the number. */
    public LatentDistribution {
        if (values < 1) {
            throw new IllegalArgumentException("values is " + values + ", must be at least 1");
        }
    }

    /**
     * Samples latents as the encoder means them.
     *
     * @param moments any number of runs
     * @param noise standard normal, half as many values
     * @return as many latents as noise
     * @throws IllegalArgumentException if the moments are not whole runs or the noise is not half as many
     */
    public float[] sample(float[] moments, float[] noise) {
        return sample(moments, noise, 1);
    }

    /**
     * Samples latents and scales them; computed in float64 and rounded once, the same on every machine.
     *
     * @param moments any number of runs
     * @param noise standard normal, half as many values
     * @param scale factor of the latents
     * @return as many latents as noise
     * @throws IllegalArgumentException if the moments are not whole runs or the noise is not half as many
     */
    public float[] sample(float[] moments, float[] noise, double scale) {
        requireRuns(moments);
        if (noise.length != moments.length / 2) {
            throw new IllegalArgumentException(
                    "noise has " + noise.length + " values, must have half of the moments' " + moments.length);
        }
        float[] latents = new float[noise.length];
        for (int i = 0; i < latents.length; i++) {
            double deviation = StrictMath.exp(0.5 * logVariance(moments, i));
            latents[i] = (float) (scale * (moments[mean(i)] + deviation * noise[i]));
        }
        return latents;
    }

    /**
     * The means: the most probable latents.
     *
     * @param moments any number of runs
     * @return half as many values
     * @throws IllegalArgumentException if the moments are not whole runs
     */
    public float[] means(float[] moments) {
        requireRuns(moments);
        float[] means = new float[moments.length / 2];
        for (int i = 0; i < means.length; i++) {
            means[i] = moments[mean(i)];
        }
        return means;
    }

    /**
     * The Kullback-Leibler divergence from the standard normal distribution,
     * {@code sum of (mean^2 + variance - 1 - log variance) / 2}.
     *
     * @param moments any number of runs
     * @return in nats, of all of them
     * @throws IllegalArgumentException if the moments are not whole runs
     */
    public double divergence(float[] moments) {
        requireRuns(moments);
        double sum = 0;
        for (int i = 0; i < moments.length / 2; i++) {
            double mean = moments[mean(i)];
            double logVariance = logVariance(moments, i);
            sum += mean * mean + Math.exp(logVariance) - 1 - logVariance;
        }
        return sum / 2;
    }

    /**
     * The gradient with respect to the moments of a loss that sees a sample, plus {@code weight} times their
     * {@link #divergence}.
     *
     * @param noise what {@link #sample} was given
     * @param gradient of the loss with respect to the sample
     */
    float[] backward(float[] moments, float[] noise, float[] gradient, double weight) {
        float[] result = new float[moments.length];
        for (int i = 0; i < noise.length; i++) {
            int mean = mean(i);
            float raw = moments[mean + values];
            double variance = Math.exp(logVariance(moments, i));
            result[mean] = (float) (gradient[i] + weight * moments[mean]);
            if (raw >= LEAST && raw <= MOST) {
                result[mean + values] =
                        (float) (0.5 * (gradient[i] * noise[i] * Math.sqrt(variance) + weight * (variance - 1)));
            }
        }
        return result;
    }

    /** Where the mean of the i-th latent stands; its logarithm of variance stands {@code values} behind. */
    private int mean(int i) {
        return i / values * 2 * values + i % values;
    }

    /** Sum of the latents that are expected. */
    double sum(float[] moments) {
        double sum = 0;
        for (int i = 0; i < moments.length / 2; i++) {
            sum += moments[mean(i)];
        }
        return sum;
    }

    /** Sum of the squares of the latents that is expected. */
    double sumOfSquares(float[] moments) {
        double sum = 0;
        for (int i = 0; i < moments.length / 2; i++) {
            double mean = moments[mean(i)];
            sum += mean * mean + Math.exp(logVariance(moments, i));
        }
        return sum;
    }

    private float logVariance(float[] moments, int i) {
        return Math.max(LEAST, Math.min(MOST, moments[mean(i) + values]));
    }

    private void requireRuns(float[] moments) {
        if (moments.length % (2 * values) != 0) {
            throw new IllegalArgumentException(
                    "moments has " + moments.length + " values, must have a multiple of " + 2 * values);
        }
    }
}
