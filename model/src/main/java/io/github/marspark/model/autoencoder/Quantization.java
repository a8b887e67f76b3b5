package io.github.marspark.model.autoencoder;

/**
 * How codes and latents are drawn to each other. Beside the reconstruction's loss stand, with h the latents of a batch, q
 * the nearest codes, and sg a value that no gradient passes,
 *
 * <pre>
 * codebookWeight mean (q - sg h)² + commitmentWeight mean (sg q - h)²
 * </pre>
 *
 * <p>means over all values. The decoder sees {@code h + sg(q - h)}, so that the gradient of what it was given is that of h:
 * straight through. Weights of 1 and 0.25 are van den Oord's; latent diffusion's default, {@code legacy}, exchanges them.
 *
 * @param codebookWeight of what moves the codes
 * @param commitmentWeight of what moves the latents
 * @param restart when codes that no place is near to begin anew
 * @see <a href="https://arxiv.org/abs/1711.00937">van den Oord et al., Neural Discrete Representation Learning, equation
 *     3</a>
 */
public record Quantization(double codebookWeight, double commitmentWeight, CodeRestart restart) {
    /** Checks the weights. */
    public Quantization {
        requireWeight("codebookWeight", codebookWeight);
        requireWeight("commitmentWeight", commitmentWeight);
    }

    private static void requireWeight(String name, double weight) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(name + " is " + weight + ", must be at least 0");
        }
    }

    /**
     * What both terms are together.
     *
     * @param latents {@code (N, Z)}
     * @param nearest codes, {@code (N, Z)}
     */
    double loss(float[] latents, float[] nearest) {
        double sum = 0;
        for (int i = 0; i < latents.length; i++) {
            double difference = (double) nearest[i] - latents[i];
            sum += difference * difference;
        }
        return (codebookWeight + commitmentWeight) * (sum / latents.length);
    }

    /**
     * The gradient with respect to the latents.
     *
     * @param given the gradient with respect to what the decoder was given, {@code (N, Z)}
     */
    float[] latentGradient(float[] latents, float[] nearest, float[] given) {
        double factor = 2 * commitmentWeight / latents.length;
        float[] gradient = new float[given.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (given[i] + factor * ((double) latents[i] - nearest[i]));
        }
        return gradient;
    }

    /** The gradient with respect to the code of each place, {@code (N, Z)}; a code's own is the sum over its places. */
    float[] codeGradient(float[] latents, float[] nearest) {
        double factor = 2 * codebookWeight / latents.length;
        float[] gradient = new float[latents.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (factor * ((double) nearest[i] - latents[i]));
        }
        return gradient;
    }
}
