package io.github.marspark.model.diffusion;

/**
 * One element's term of the variational bound, in nats, and its derivative by the predicted log-variance. The predicted
 * mean is a constant here: the bound trains the variance alone.
 *
 * @param value the term, {@code KL(q || p)} or {@code -log p(x_0 | x_1)}
 * @param slope its derivative by {@code log sigma²}
 * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal, equations 4 to 6</a>
 */
record VariationalBound(double value, double slope) {
    private static final double LEAST_PROBABILITY = 1e-12;
    private static final double HALF_BIN = 1.0 / 255;
    private static final double EDGE = 0.999;
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    /**
     * The divergence of two normal distributions.
     *
     * @param difference mean of q less mean of p
     * @param logVariance log-variance of p
     * @param trueLogVariance log-variance of q
     */
    static VariationalBound divergence(double difference, double logVariance, double trueLogVariance) {
        double ratio = Math.exp(trueLogVariance - logVariance) + difference * difference * Math.exp(-logVariance);
        return new VariationalBound(0.5 * (-1 + logVariance - trueLogVariance + ratio), 0.5 * (1 - ratio));
    }

    /**
     * The negative log-likelihood of a clean value under a normal distribution over bins of width 2/255, the outermost of
     * which are open. Below {@code 1e-12} the probability is taken as that, and the slope is 0.
     *
     * @param clean the clean value, {@code x_0}
     * @param difference clean value less mean of p
     * @param logVariance log-variance of p
     */
    static VariationalBound likelihood(double clean, double difference, double logVariance) {
        double inverseDeviation = Math.exp(-0.5 * logVariance);
        double upper = inverseDeviation * (difference + HALF_BIN);
        double lower = inverseDeviation * (difference - HALF_BIN);
        if (clean < -EDGE) {
            return likelihood(cumulative(upper), slope(upper));
        }
        if (clean > EDGE) {
            return likelihood(1 - cumulative(lower), -slope(lower));
        }
        return likelihood(cumulative(upper) - cumulative(lower), slope(upper) - slope(lower));
    }

    private static VariationalBound likelihood(double probability, double slope) {
        return probability < LEAST_PROBABILITY
                ? new VariationalBound(-Math.log(LEAST_PROBABILITY), 0)
                : new VariationalBound(-Math.log(probability), -slope / probability);
    }

    /** The normal distribution function by its usual approximation with tanh. */
    private static double cumulative(double z) {
        return 0.5 * (1 + Math.tanh(SQRT_2_OVER_PI * (z + CUBIC * z * z * z)));
    }

    /** The derivative of {@link #cumulative} by the log-variance, of which {@code dz = -z / 2}. */
    private static double slope(double z) {
        double tanh = Math.tanh(SQRT_2_OVER_PI * (z + CUBIC * z * z * z));
        return 0.5 * (1 - tanh * tanh) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * z * z) * (-z / 2);
    }
}
