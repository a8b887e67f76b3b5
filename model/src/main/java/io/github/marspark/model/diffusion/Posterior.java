package io.github.marspark.model.diffusion;

/**
 * What a reverse step knows of {@code x_{t-1}}: a normal distribution a element. All arrays {@code (R, D)}, float32, and
 * not copied.
 */
public final class Posterior {
    private final float[] predicted;
    private final float[] mean;
    private final float[] logVariance;

    Posterior(int length) {
        predicted = new float[length];
        mean = new float[length];
        logVariance = new float[length];
    }

    /**
     * The clean tokens that the predicted noise implies, after the clamp.
     *
     * @return {@code xHat_0}, {@code (R, D)}
     */
    public float[] predicted() {
        return predicted;
    }

    /**
     * The mean of {@code x_{t-1}}.
     *
     * @return {@code (R, D)}
     */
    public float[] mean() {
        return mean;
    }

    /**
     * The logarithm of the variance of {@code x_{t-1}}.
     *
     * @return {@code (R, D)}
     */
    public float[] logVariance() {
        return logVariance;
    }
}
