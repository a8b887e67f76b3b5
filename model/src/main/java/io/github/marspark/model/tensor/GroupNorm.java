package io.github.marspark.model.tensor;

/**
 * What a group normalisation does besides its values: for every image and every group of adjacent channels,
 * {@code y = activation((x - mean) / sqrt(variance + 1e-6) weight + bias)} over the group's values at all pixels.
 *
 * @param batch number of images
 * @param groups number of groups; divides the channels
 * @param activation what follows
 * @see <a href="https://arxiv.org/abs/1803.08494">Group Normalization</a>
 */
public record GroupNorm(int batch, int groups, Activation activation) {
    /** What a variance is increased by. */
    public static final float EPSILON = 1e-6f;

    /** What follows a normalisation. */
    public enum Activation {
        /** Nothing. */
        NONE,
        /** SiLU, {@code u / (1 + exp(-u))}. */
        SILU
    }

    /** Checks the numbers. */
    public GroupNorm {
        if (batch < 1) {
            throw new IllegalArgumentException("batch is " + batch + ", must be at least 1");
        }
        if (groups < 1) {
            throw new IllegalArgumentException("groups is " + groups + ", must be at least 1");
        }
    }
}
