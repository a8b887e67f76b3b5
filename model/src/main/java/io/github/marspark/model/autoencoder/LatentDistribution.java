package io.github.marspark.model.autoencoder;

/**
 * The normal distributions that the encoder's moments describe: {@code z = mean + exp(logVariance / 2) noise}, with the
 * logarithm of the variance clamped to -30 … 20. Those of a quantised autoencoder have no spread: {@code z = mean}.
 *
 * <p>Moments come in runs: {@code values} means, then as many logarithms of variances unless there is no spread; latents and
 * noise in runs of {@code values}. A run is an image {@code (2 Z, h, w)} where channels come one after the other, and a place
 * {@code (2 Z)} where places do. Immutable and thread-safe.
 *
 * @param values number of means in a run
 * @param spread what the moments say beside the means
 */
public record LatentDistribution(int values, Spread spread) {
    /** What the encoder says of the values around a mean. */
    public enum Spread {
        /** The logarithm of the variance of a normal distribution. */
        NORMAL(2),
        /** Nothing: a latent is its mean. */
        NONE(1);

        private final int moments;

        Spread(int moments) {
            this.moments = moments;
        }

        /** Moments of a latent value. */
        public int moments() {
            return moments;
        }
    }

    private static final float LEAST = -30;
    private static final float MOST = 20;

    /** Checks the number. */
    public LatentDistribution {
        if (values < 1) {
            throw new IllegalArgumentException("values is " + values + ", must be at least 1");
        }
    }

    /** Normal distributions. */
    public LatentDistribution(int values) {
        this(values, Spread.NORMAL);
    }

    /**
     * Samples latents as the encoder means them.
     *
     * @param moments any number of runs
     * @param noise standard normal, a value for each latent
     * @return as many latents as noise
     * @throws IllegalArgumentException if the moments are not whole runs or the noise is not of as many latents
     */
    public float[] sample(float[] moments, float[] noise) {
        return sample(moments, noise, 1);
    }

    /**
     * Samples latents and scales them; computed in float64 and rounded once, the same on every machine.
     *
     * @param moments any number of runs
     * @param noise standard normal, a value for each latent
     * @param scale factor of the latents
     * @return as many latents as noise
     * @throws IllegalArgumentException if the moments are not whole runs or the noise is not of as many latents
     */
    public float[] sample(float[] moments, float[] noise, double scale) {
        int count = latents(moments);
        if (noise.length != count) {
            throw new IllegalArgumentException(
                    "noise has %d values, must have one for each of the %d latents".formatted(noise.length, count));
        }
        float[] latents = new float[noise.length];
        for (int i = 0; i < latents.length; i++) {
            double deviation = spread == Spread.NONE ? 0 : StrictMath.exp(0.5 * logVariance(moments, i));
            latents[i] = (float) (scale * (moments[mean(i)] + deviation * noise[i]));
        }
        return latents;
    }

    /**
     * The means: the most probable latents.
     *
     * @param moments any number of runs
     * @return a value for each latent
     * @throws IllegalArgumentException if the moments are not whole runs
     */
    public float[] means(float[] moments) {
        float[] means = new float[latents(moments)];
        for (int i = 0; i < means.length; i++) {
            means[i] = moments[mean(i)];
        }
        return means;
    }

    /**
     * The Kullback-Leibler divergence from the standard normal distribution,
     * {@code sum of (mean^2 + variance - 1 - log variance) / 2}.
     *
     * @param moments any number of runs, with a spread
     * @return in nats, of all of them
     * @throws IllegalArgumentException if the moments are not whole runs
     * @throws IllegalStateException without a spread: what is no distribution diverges from none
     */
    public double divergence(float[] moments) {
        requireSpread();
        double sum = 0;
        for (int i = 0; i < latents(moments); i++) {
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
        requireSpread();
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
        return i / values * spread.moments() * values + i % values;
    }

    /** Sum of the latents that are expected. */
    double sum(float[] moments) {
        double sum = 0;
        for (float mean : means(moments)) {
            sum += mean;
        }
        return sum;
    }

    /** Sum of the squares of the latents that is expected. */
    double sumOfSquares(float[] moments) {
        double sum = 0;
        for (int i = 0; i < latents(moments); i++) {
            double mean = moments[mean(i)];
            double variance = spread == Spread.NONE ? 0 : Math.exp(logVariance(moments, i));
            sum += mean * mean + variance;
        }
        return sum;
    }

    private float logVariance(float[] moments, int i) {
        return Math.max(LEAST, Math.min(MOST, moments[mean(i) + values]));
    }

    /** How many latents moments describe. */
    private int latents(float[] moments) {
        int run = spread.moments() * values;
        if (moments.length % run != 0) {
            throw new IllegalArgumentException(
                    "moments has " + moments.length + " values, must have a multiple of " + run);
        }
        return moments.length / spread.moments();
    }

    private void requireSpread() {
        if (spread == Spread.NONE) {
            throw new IllegalStateException("the latents have no spread, so that there is no distribution of them");
        }
    }
}
