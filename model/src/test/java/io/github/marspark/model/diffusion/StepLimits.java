package io.github.marspark.model.diffusion;

import io.github.marspark.model.fixtures.RoundingLimit;

/**
 * How far a recorded reverse step in float32 may lie from one of {@link AncestralSampler} that is given the network's output
 * as {@link RecordedSteps} solves it from the record: the roundings of each formula, and what the next one makes of them.
 *
 * <pre>
 * xHat_0    = sqrt(1/alphaBar) x - sqrt(1/alphaBar - 1) e         the magnitudes of both terms, since they cancel
 * x_{t-1}   = clean xHat_0 + noisy x + exp(log sigma² / 2) delta
 * </pre>
 *
 * @param index step of the respaced diffusion
 * @param x recorded {@code x_t}
 * @param predicted recorded {@code xHat_0}
 * @param ofVariance recorded {@code log sigma²}
 * @param noise recorded {@code delta}, 0 where none is added
 */
record StepLimits(
        GaussianDiffusion diffusion, int index, float[] x, float[] predicted, float[] ofVariance, float[] noise) {
    /** Of {@code xHat_0}: four roundings there, one when the noise is solved for, one when it is used. */
    double clean(int i) {
        double scaled = diffusion.sqrtReciprocalAlphaBar(index) * Math.abs(x[i]);
        return RoundingLimit.of(6) * (2 * scaled + Math.abs(predicted[i]));
    }

    /** Of the mean. */
    double mean(int i) {
        return diffusion.cleanCoefficient(index) * clean(i) + RoundingLimit.of(4) * ofMean(i);
    }

    private double ofMean(int i) {
        return diffusion.cleanCoefficient(index) * Math.abs(predicted[i])
                + diffusion.noisyCoefficient(index) * Math.abs(x[i]);
    }

    /** Of the log-variance, which lies between two logarithms: five roundings there, two when its place is solved for. */
    double logVariance(int i) {
        double low = diffusion.posteriorLogVariance(index);
        double high = diffusion.logBeta(index);
        double place = Math.abs((ofVariance[i] - low) / (high - low));
        return RoundingLimit.of(7) * (Math.abs(low) + Math.abs(high)) * (1 + place);
    }

    /** Of {@code x_{t-1}} drawn from the recorded mean and variance. */
    double draw(int i) {
        double deviation = Math.exp(0.5 * ofVariance[i]) * Math.abs(noise[i]);
        return RoundingLimit.of(5) * (ofMean(i) + deviation * (1 + Math.abs(ofVariance[i])));
    }

    /**
     * Of {@code x_{t-1}} after the whole step, when the {@code x_t} of both were apart already: the noise being recorded,
     * nothing takes that back.
     */
    double after(int i, double apart) {
        double growth = diffusion.cleanCoefficient(index) * diffusion.sqrtReciprocalAlphaBar(index)
                + diffusion.noisyCoefficient(index);
        double deviation = Math.exp(0.5 * ofVariance[i]) * Math.abs(noise[i]) * logVariance(i) / 2;
        return growth * apart + mean(i) + draw(i) + deviation;
    }
}
