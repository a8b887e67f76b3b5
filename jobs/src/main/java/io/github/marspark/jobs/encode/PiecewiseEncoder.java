package io.github.marspark.jobs.encode;

import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.tensor.Kernels;
import java.util.Arrays;

/**
 * Encodes with an autoencoder, in pieces whose widest layer takes a bounded memory; where they end depends on the sizes
 * alone. For one thread.
 */
public final class PiecewiseEncoder implements ImageEncoder {
    private static final int LAYER_VALUES = 1 << 24;

    private final Autoencoder autoencoder;
    private final Kernels kernels;
    private final int imageSize;

    /**
     * An encoder of images of one size.
     *
     * @param autoencoder whose stride divides the size
     * @param kernels that compute
     * @param imageSize side of the images, in pixels
     */
    public PiecewiseEncoder(Autoencoder autoencoder, Kernels kernels, int imageSize) {
        this.autoencoder = autoencoder;
        this.kernels = kernels;
        this.imageSize = imageSize;
    }

    @Override
    public float[] encode(float[] images) {
        AutoencoderConfig config = autoencoder.config();
        int area = imageSize * imageSize;
        int image = config.imageChannels() * area;
        int piece = image * Math.max(1, LAYER_VALUES / (config.width() * area));
        int side = imageSize / config.stride();
        int moment = config.spread().moments() * config.latentChannels() * side * side;
        float[] moments = new float[images.length / image * moment];
        int done = 0;
        for (int from = 0; from < images.length; from += piece) {
            float[] part = autoencoder.encode(
                    kernels,
                    Arrays.copyOfRange(images, from, Math.min(from + piece, images.length)),
                    imageSize,
                    imageSize);
            System.arraycopy(part, 0, moments, done, part.length);
            done += part.length;
        }
        return moments;
    }

    @Override
    public int[] ids(float[] latents) {
        AutoencoderConfig config = autoencoder.config();
        int side = imageSize / config.stride();
        return config.isQuantised() ? autoencoder.codebook().ids(latents, side * side, kernels.threads()) : new int[0];
    }
}
