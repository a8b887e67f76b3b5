package io.github.marspark.model.autoencoder;

import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;

/**
 * How an autoencoder is trained. The loss is the mean of the reconstruction's loss over all values of all images, plus
 * {@code klWeight} times the latents' divergence, in nats for each value of an image, or what {@code quantization} adds where
 * there are codes: with L1 that is latent diffusion's loss without its adversary and its perceptual distance.
 *
 * @param loss how a reconstruction is compared with its image
 * @param klWeight weight of the divergence from a standard normal distribution, of a KL autoencoder
 * @param quantization how codes are learned, of a quantised one
 * @param optimizer betas and epsilon of Adam, and weight decay
 * @param learningRate of each step
 * @param clipping of the gradient's norm
 * @param batch images a step
 * @param seed what starting values, batches and noise are drawn from
 */
public record AutoencoderTraining(
        ReconstructionLoss loss,
        double klWeight,
        Quantization quantization,
        AdamW optimizer,
        LearningRate learningRate,
        GradientClipping clipping,
        int batch,
        long seed) {
    /** Adam as latent diffusion trains its autoencoders, without weight decay. */
    public static final AdamW ADAM = new AdamW(0.5, 0.9, AdamW.EPSILON, 0);

    /** Checks each component. */
    public AutoencoderTraining {
        if (!(klWeight >= 0) || Double.isInfinite(klWeight)) {
            throw new IllegalArgumentException("klWeight is " + klWeight + ", must be at least 0");
        }
        if (batch < 1) {
            throw new IllegalArgumentException("batch is " + batch + ", must be at least 1");
        }
    }
}
