package io.github.marspark.model.masking;

import java.io.Serializable;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * The distribution of the share of tokens that a training step masks: a normal distribution with mean 1, truncated to
 * {@code [minimum, 1]}. Immutable and thread-safe.
 *
 * @param minimum least rate, in {@code [0, 1]}; the paper's is 0.7
 * @param deviation standard deviation before it is truncated, above 0; the paper's is 0.25
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.4 and appendix B</a>
 */
public record MaskRate(double minimum, double deviation) implements Serializable {
    private static final double DEVIATION = 0.25;
    private static final NormalDistribution STANDARD = new NormalDistribution(null, 0, 1);

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException when the minimum is not in {@code [0, 1]} or the deviation not above 0
     */
    public MaskRate {
        if (!(minimum >= 0 && minimum <= 1)) {
            throw new IllegalArgumentException("minimum mask rate is " + minimum + ", must be in [0, 1]");
        }
        if (!(deviation > 0 && Double.isFinite(deviation))) {
            throw new IllegalArgumentException("deviation of mask rates is " + deviation + ", must be above 0");
        }
    }

    /**
     * With the paper's deviation.
     *
     * @param minimum least rate, in {@code [0, 1]}
     */
    public MaskRate(double minimum) {
        this(minimum, DEVIATION);
    }

    /**
     * The inverse of the distribution function, {@code 1 + σ Φ⁻¹(Φ(a) + q (1/2 - Φ(a)))} with the deviation {@code σ} and
     * {@code a = (minimum - 1) / σ}.
     *
     * @param q probability, in {@code [0, 1]}
     * @return the rate below which a share {@code q} of the draws lies
     * @throws IllegalArgumentException when {@code q} is no probability
     */
    public double quantile(double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("q is " + q + ", must be in [0, 1]");
        }
        double below = STANDARD.cumulativeProbability((minimum - 1) / deviation);
        double rate = 1 + deviation * STANDARD.inverseCumulativeProbability(below + q * (0.5 - below));
        return Math.min(1, Math.max(minimum, rate));
    }
}
