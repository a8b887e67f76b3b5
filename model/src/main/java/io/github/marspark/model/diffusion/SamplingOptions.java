package io.github.marspark.model.diffusion;

/**
 * What a user may choose about a reverse step.
 *
 * @param temperature factor of the noise that each step adds; 1 is the diffusion's own
 * @param clamp bound of the predicted clean token's elements; infinite for none. Without it a briefly trained network's
 *     tokens grow to thousands, because the noisiest step multiplies its error by hundreds
 */
public record SamplingOptions(double temperature, double clamp) {
    /** The reference's: temperature 1, no clamp. */
    public static final SamplingOptions REFERENCE = new SamplingOptions(1, Double.POSITIVE_INFINITY);

    /**
     * Checks the two.
     *
     * @throws IllegalArgumentException when the temperature is negative or infinite or the clamp not positive
     */
    public SamplingOptions {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature is " + temperature + ", must be at least 0");
        }
        if (!(clamp > 0)) {
            throw new IllegalArgumentException("clamp is " + clamp + ", must be positive, or infinite for none");
        }
    }

    /**
     * The same with another temperature.
     *
     * @param changed factor of the noise
     * @return a copy
     */
    public SamplingOptions withTemperature(double changed) {
        return new SamplingOptions(changed, clamp);
    }

    /**
     * The same with another clamp.
     *
     * @param changed bound of the predicted clean token
     * @return a copy
     */
    public SamplingOptions withClamp(double changed) {
        return new SamplingOptions(temperature, changed);
    }
}
