package io.github.marspark.model.autoencoder;

/**
 * How near reconstructions come to their images, over all values of all images, each reconstruction clamped to -1 … 1
 * and drawn from the latents' means.
 *
 * @param images number of images
 * @param meanAbsolute mean absolute difference, on the scale -1 … 1
 * @param meanSquared mean squared difference, on the scale -1 … 1
 */
public record ReconstructionQuality(int images, double meanAbsolute, double meanSquared) {
    /** Peak signal-to-noise ratio, {@code 10 log10(2^2 / meanSquared)}, in decibels. */
    public double decibels() {
        return 10 * Math.log10(4 / meanSquared);
    }
}
