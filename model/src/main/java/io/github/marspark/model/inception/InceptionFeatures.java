package io.github.marspark.model.inception;

/**
 * What the network says of a batch of images.
 *
 * @param pooled {@code (B, 2048)}, means of the last feature maps: those of the Fréchet and the kernel distance
 * @param unbiasedLogits {@code (B, 1008)}, the classes' logits without bias: those of the Inception score
 * @param logits {@code (B, 1008)}, with bias
 */
public record InceptionFeatures(float[] pooled, float[] unbiasedLogits, float[] logits) {
    /** Values of an image's pooled features. */
    public static final int DIMENSION = 2048;

    /** Classes, of which some have no name. */
    public static final int CLASSES = 1008;
}
