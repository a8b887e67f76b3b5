package io.github.marspark.model.diffusion;

import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/**
 * How far the diffusion loss of float32 may lie from the exact one, since the reference computes it so: the roundings of
 * each formula of {@link DiffusionLoss} and {@link VariationalBound}, carried from line to line by its derivatives.
 *
 * <pre>
 * difference  = clean_t (x_0 - xHat_0), as the difference of two means     its magnitudes are those of both means
 * log sigma²  = f log beta_t + (1 - f) log posteriorVariance_t             wrong by delta
 * ratio       = exp(log q - log sigma²) + difference² exp(-log sigma²)     wrong by delta of itself, and by difference's
 * </pre>
 *
 * <p>{@code N} rows of width {@code D}.
 */
public final class LossLimits {
    private static final double BITS = 1 / Math.log(2);
    private static final double LEAST_PROBABILITY = 1e-12;
    private static final double HALF_BIN = 1.0 / 255;

    private final IntToDoubleFunction growth;
    private final GaussianDiffusion diffusion;
    private final float[] clean;
    private final float[] noise;
    private final float[] output;
    private final double[] shares;
    private final int width;
    private final double[] squaredErrors;
    private final double[] bounds;
    private final double[] gradient;

    /**
     * The limits for a batch.
     *
     * @param growth of roundings one behind the other: {@link RoundingLimit#of} or {@link RoundingLimit#usual}
     * @param clean {@code (N, D)}
     * @param noise {@code (N, D)}
     * @param timesteps {@code (N)}
     * @param shares of each row in the loss, {@code (N)}
     * @param output {@code (N, 2D)}
     */
    public LossLimits(
            IntToDoubleFunction growth,
            GaussianDiffusion diffusion,
            float[] clean,
            float[] noise,
            int[] timesteps,
            double[] shares,
            float[] output) {
        this.growth = growth;
        this.diffusion = diffusion;
        this.clean = clean;
        this.noise = noise;
        this.output = output;
        this.shares = shares;
        this.width = clean.length / timesteps.length;
        this.squaredErrors = new double[timesteps.length];
        this.bounds = new double[timesteps.length];
        this.gradient = new double[output.length];
        for (int row = 0; row < timesteps.length; row++) {
            for (int d = 0; d < width; d++) {
                fill(row, d, timesteps[row], shares[row] / width);
            }
        }
    }

    /** Of each row's squared error, {@code (N)}. */
    public double[] squaredErrors() {
        return squaredErrors;
    }

    /** Of each row's bound, {@code (N)}. */
    public double[] bounds() {
        return bounds;
    }

    /** Of the loss, whose rows' errors are independent of each other. */
    public double loss(double loss) {
        double squares = 0;
        for (int n = 0; n < shares.length; n++) {
            squares += Math.pow(shares[n] * (squaredErrors[n] + bounds[n]), 2);
        }
        return Math.sqrt(squares) + growth.applyAsDouble(shares.length) * loss;
    }

    /** Of the gradient by the output, {@code (N, 2D)}. */
    public double[] gradient() {
        return gradient;
    }

    /** A value and how far it may be off. */
    private record Off(double value, double limit) {
        /** What a function makes of the value and of what it may be instead. */
        Off through(DoubleUnaryOperator function) {
            double image = function.applyAsDouble(value);
            double below = Math.abs(function.applyAsDouble(value - limit) - image);
            double above = Math.abs(function.applyAsDouble(value + limit) - image);
            return new Off(image, Math.max(below, above));
        }

        Off plus(double roundings) {
            return new Off(value, limit + roundings);
        }
    }

    private void fill(int row, int d, int t, double share) {
        double e = output[2 * row * width + d];
        double v = output[(2 * row + 1) * width + d];
        double error = e - noise[row * width + d];
        squaredErrors[row] += growth.applyAsDouble(width + 3) * error * error / width;
        gradient[2 * row * width + d] = growth.applyAsDouble(4) * 2 * Math.abs(error) * share;
        double low = diffusion.posteriorLogVariance(t);
        double high = diffusion.logBeta(t);
        double f = (v + 1) / 2;
        Off logVariance = new Off(
                f * high + (1 - f) * low,
                growth.applyAsDouble(5) * (Math.abs(f * high) + (1 + Math.abs(f)) * Math.abs(low)));
        Off difference = difference(row * width + d, e, t);
        Bound bound = t == 0
                ? likelihood(clean[row * width + d], difference, logVariance)
                : divergence(difference, logVariance, low);
        bounds[row] += bound.value * BITS / width;
        gradient[(2 * row + 1) * width + d] = bound.slope * Math.abs(high - low) / 2 * BITS * share;
    }

    /** The mean of q less that of p, each of which float32 computes for itself. */
    private Off difference(int i, double e, int t) {
        double a = diffusion.sqrtReciprocalAlphaBar(t);
        double b = diffusion.sqrtReciprocalAlphaBarMinusOne(t);
        double noisy = Math.sqrt(diffusion.alphaBar(t)) * clean[i] + diffusion.sqrtOneMinusAlphaBar(t) * noise[i];
        double ofNoisy = growth.applyAsDouble(3)
                * (Math.abs(diffusion.sqrtAlphaBar(t) * clean[i])
                        + Math.abs(diffusion.sqrtOneMinusAlphaBar(t) * noise[i]));
        double predicted = a * noisy - b * e;
        double ofPredicted = growth.applyAsDouble(4) * (Math.abs(a * noisy) + Math.abs(b * e)) + a * ofNoisy;
        double magnitude = diffusion.cleanCoefficient(t) * (Math.abs(clean[i]) + Math.abs(predicted))
                + 2 * diffusion.noisyCoefficient(t) * Math.abs(noisy);
        return new Off(
                diffusion.cleanCoefficient(t) * b * (e - noise[i]),
                diffusion.cleanCoefficient(t) * ofPredicted + growth.applyAsDouble(4) * magnitude);
    }

    /** Limits of a bound and of its slope by the log-variance. */
    private record Bound(double value, double slope) {}

    private Bound divergence(Off difference, Off logVariance, double trueLogVariance) {
        double ofLogarithms = logVariance.limit + growth.applyAsDouble(2) * Math.abs(trueLogVariance);
        double variances = Math.exp(trueLogVariance - logVariance.value);
        double inverse = Math.exp(-logVariance.value);
        Off square = difference.through(x -> x * x);
        double ratio = variances + square.value * inverse;
        double ofRatio = ratio * (ofLogarithms + growth.applyAsDouble(6)) + square.limit * inverse;
        double magnitude = 1 + Math.abs(logVariance.value) + Math.abs(trueLogVariance) + ratio;
        return new Bound(
                0.5 * (ofLogarithms + ofRatio + growth.applyAsDouble(5) * magnitude),
                0.5 * (ofRatio + growth.applyAsDouble(3) * (1 + ratio)));
    }

    private Bound likelihood(double clean, Off difference, Off logVariance) {
        Off inverse = logVariance.through(x -> Math.exp(-0.5 * x));
        Off upper = edge(difference, inverse, HALF_BIN);
        Off lower = edge(difference, inverse, -HALF_BIN);
        Off probability;
        Off slope;
        double one = growth.applyAsDouble(4);
        if (clean < -0.999) {
            probability = upper.through(LossLimits::cumulative).plus(one);
            slope = upper.through(LossLimits::slope);
        } else if (clean > 0.999) {
            probability = lower.through(z -> 1 - cumulative(z)).plus(one);
            slope = lower.through(z -> -slope(z));
        } else {
            Off above = upper.through(LossLimits::cumulative);
            Off below = lower.through(LossLimits::cumulative);
            probability = new Off(above.value - below.value, above.limit + below.limit).plus(one);
            slope = new Off(
                    slope(upper.value) - slope(lower.value),
                    upper.through(LossLimits::slope).limit + lower.through(LossLimits::slope).limit);
        }
        double ofSlope = slope.limit + one * (1 + Math.abs(upper.value) + Math.abs(lower.value));
        double least = Math.max(probability.value - probability.limit, LEAST_PROBABILITY);
        double value = probability.through(p -> Math.log(Math.max(p, LEAST_PROBABILITY))).limit;
        double relative = probability.limit / least;
        return new Bound(
                value + one * Math.abs(Math.log(least)), (ofSlope + Math.abs(slope.value) * (relative + one)) / least);
    }

    private Off edge(Off difference, Off inverse, double half) {
        double distance = difference.value + half;
        double z = inverse.value * distance;
        return new Off(
                z,
                inverse.limit * Math.abs(distance)
                        + inverse.value * difference.limit
                        + growth.applyAsDouble(5) * Math.abs(z));
    }

    private static double cumulative(double z) {
        return 0.5 * (1 + Math.tanh(inner(z)));
    }

    private static double inner(double z) {
        return Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z);
    }

    private static double slope(double z) {
        double tanh = Math.tanh(inner(z));
        return 0.5 * (1 - tanh * tanh) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * z * z) * (-z / 2);
    }
}
