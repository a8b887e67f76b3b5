package io.github.marspark.model.autoencoder;

/**
 * What one step of an autoencoder's training saw.
 *
 * @param number of the step, from 0
 * @param loss what the step descends
 * @param reconstruction its first part: mean loss of a value of an image
 * @param latentLoss its second part: what the latents' divergence, or their distance from their codes, adds
 * @param gradientNorm before clipping
 * @param learningRate of the step
 */
public record AutoencoderStep(
        long number, double loss, double reconstruction, double latentLoss, double gradientNorm, double learningRate) {}
