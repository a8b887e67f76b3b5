package io.github.marspark.model.masking;

import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * The distribution of the share of tokens that a training step masks: a normal distribution with mean 1 and standard
 * deviation 0.25, truncated to {@code [minimum, 1]}. Immutable and thread-safe.
 *
 * @param minimum least rate, in {@code [0, 1]}; the paper's is 0.7
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.4 and appendix B</a>
 */
public record MaskRate(double minimum) {
    private static final double DEVIATION = 0.25;
    private static final NormalDistribution STANDARD = new NormalDistribution(null, 0, 1);

    /**
     * Checks the minimum.
     *
     * @throws IllegalArgumentException when it is not in {@code [0, 1]}
     */
    public MaskRate {
        if (!(minimum >= 0 && minimum <= 1)) {
            throw new IllegalArgumentException("minimum mask rate is " + minimum + ", must be in [0, 1]");
        }
    }

    /**
     * The inverse of the distribution function, {@code 1 + 0.25 Φ⁻¹(Φ(a) + q (1/2 - Φ(a)))} with
     * {@code a = (minimum - 1) / 0.25}.
     *
     * @param q probability, in {@code [0, 1]}
     * @return the rate below which a share {@code q} of the draws lies
     * @throws IllegalArgumentException when {@code q} is no probability
     */
    public double quantile(double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("q is " + q + ", must be in [0, 1]");
        }
        double below = STANDARD.cumulativeProbability((minimum - 1) / DEVIATION);
        double rate = 1 + DEVIATION * STANDARD.inverseCumulativeProbability(below + q * (0.5 - below));
        return Math.min(1, Math.max(minimum, rate));
    }
}
