package io.github.marspark.model.autoencoder;

import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.Function;

/**
 * The autoencoder of the latent diffusion family: convolutions that code an image as a smaller image of normal
 * distributions, and others that draw an image from a sample of them. Where it is quantised it codes an image as a smaller
 * image of latents, and what is drawn from are the codes nearest to them.
 *
 * <p>Legend: {@code B} images, {@code C} channels of an image, {@code H}, {@code W} its sides in pixels, {@code Z}
 * channels of the latent, {@code h = H / stride}, {@code w = W / stride}, {@code m} moments of a latent value: 2, or 1 where
 * it is quantised. Parameters are found by the names of
 * checkpoints. Immutable; kernels and tapes are used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/2112.10752">High-Resolution Image Synthesis with Latent Diffusion Models</a>
 */
public final class Autoencoder {
    private final AutoencoderConfig config;
    private final Function<String, Variable> parameters;
    private final Blocks blocks;

    /**
     * An autoencoder of a size over its parameters.
     *
     * @param parameters by name, as {@link AutoencoderParameters} lays them out
     */
    public Autoencoder(AutoencoderConfig config, Function<String, Variable> parameters) {
        this.config = config;
        this.parameters = parameters;
        this.blocks = new Blocks(parameters, config.groups());
    }

    /** The sizes. */
    public AutoencoderConfig config() {
        return config;
    }

    // ---- arrays

    /**
     * Codes images of the configuration's resolution.
     *
     * @param images {@code (B, C, H, W)}, from -1 to 1
     * @return moments of the latents, {@code (B, m Z, h, w)}: all means, then all logarithms of variances unless it is
     *     quantised, as the last layer gives them
     * @throws IllegalArgumentException if the values are not those of whole images
     */
    public float[] encode(Kernels kernels, float[] images) {
        return encode(kernels, images, config.resolution(), config.resolution());
    }

    /**
     * Codes images of any sides that the stride divides.
     *
     * @param images {@code (B, C, H, W)}, from -1 to 1
     * @param height H
     * @param width W
     * @return moments of the latents, {@code (B, m Z, h, w)}
     * @throws IllegalArgumentException if the stride does not divide a side, or the values are not those of whole images
     */
    public float[] encode(Kernels kernels, float[] images, int height, int width) {
        config.requireStrides(height, width);
        int batch = requireImages("images", images, config.imageChannels() * height * width);
        float[] rows = ChannelOrder.pixelRows(images, config.imageChannels(), height * width);
        try (Tape tape = Tape.computing(kernels)) {
            Variable input = tape.constant(rows, batch * height * width);
            float[] moments = encode(tape, input, batch, height, width).value().toFloats();
            return ChannelOrder.channelPlanes(
                    moments, config.spread().moments() * config.latentChannels(), places(height, width));
        }
    }

    /**
     * The most probable latents of images.
     *
     * @param moments as {@link #encode} gives them, {@code (B, m Z, h, w)}
     * @param images B
     * @return {@code (B, Z, h, w)}
     */
    public float[] means(float[] moments, int images) {
        int values = moments.length / images / config.spread().moments();
        return new LatentDistribution(values, config.spread()).means(moments);
    }

    /**
     * Draws images of the configuration's resolution from latents, or from the codes nearest to them.
     *
     * @param latents {@code (B, Z, h, w)}, as {@link LatentDistribution} samples them, not scaled
     * @return images {@code (B, C, H, W)}, about -1 to 1, not clamped
     * @throws IllegalArgumentException if the values are not those of whole latents
     */
    public float[] decode(Kernels kernels, float[] latents) {
        return decode(kernels, latents, config.resolution(), config.resolution());
    }

    /**
     * Draws images of any sides that the stride divides from latents, or from the codes nearest to them.
     *
     * @param latents {@code (B, Z, h, w)}, not scaled
     * @param height H
     * @param width W
     * @return images {@code (B, C, H, W)}, about -1 to 1, not clamped
     * @throws IllegalArgumentException if the stride does not divide a side, or the values are not those of whole latents
     */
    public float[] decode(Kernels kernels, float[] latents, int height, int width) {
        config.requireStrides(height, width);
        int places = places(height, width);
        int batch = requireImages("latents", latents, config.latentChannels() * places);
        float[] rows = decodable(kernels, ChannelOrder.pixelRows(latents, config.latentChannels(), places));
        try (Tape tape = Tape.computing(kernels)) {
            Variable input = tape.constant(rows, batch * places);
            float[] images = decode(tape, input, batch, height, width).value().toFloats();
            return ChannelOrder.channelPlanes(images, config.imageChannels(), height * width);
        }
    }

    /** What the decoder is to be given for latents, {@code (B h w, Z)}: the codes nearest to them where it is quantised. */
    float[] decodable(Kernels kernels, float[] latents) {
        if (!config.isQuantised()) {
            return latents;
        }
        Codebook codebook = codebook();
        return codebook.rows(codebook.nearest(latents, kernels.threads()));
    }

    /**
     * The vectors of the codes as they are now.
     *
     * @throws IllegalStateException if it has none
     */
    public Codebook codebook() {
        if (!config.isQuantised()) {
            throw new IllegalStateException("a KL autoencoder has no codes");
        }
        Variable vectors = parameters.apply(AutoencoderParameters.CODEBOOK);
        return new Codebook(vectors.value().toFloats(), config.latentChannels());
    }

    private int places(int height, int width) {
        return height / config.stride() * (width / config.stride());
    }

    private static int requireImages(String name, float[] values, int size) {
        if (values.length == 0 || values.length % size != 0) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " values, must have a positive multiple of " + size);
        }
        return values.length / size;
    }

    // ---- encoder

    /**
     * Codes images.
     *
     * @param images {@code (B H W, C)}, a row for each pixel
     * @return moments, {@code (B h w, m Z)}: Z means, then Z logarithms of variances unless it is quantised
     */
    public Variable encode(Tape tape, Variable images, int batch, int height, int width) {
        config.requireStrides(height, width);
        PixelGrid grid = new PixelGrid(batch, height, width);
        Variable x = blocks.convolution(tape, images, grid, "encoder.conv_in");
        for (int level = 0; level < config.levels(); level++) {
            x = encoderLevel(tape, x, grid, level);
            grid = level < config.levels() - 1 ? grid.halved() : grid;
        }
        x = blocks.middle(tape, x, grid, "encoder.mid");
        x = blocks.activated(tape, x, grid, "encoder.norm_out", "encoder.conv_out");
        return blocks.linear(tape, tape.observe("encoder", x), "quant_conv");
    }

    private Variable encoderLevel(Tape tape, Variable input, PixelGrid grid, int level) {
        return tape.scope(() -> {
            String name = "encoder.down." + level;
            Variable x = input;
            for (int i = 0; i < config.residualBlocks(); i++) {
                x = blocks.residual(tape, x, grid, name + ".block." + i);
                x = config.hasEncoderAttention(level) ? blocks.attention(tape, x, grid, name + ".attn." + i) : x;
            }
            return level < config.levels() - 1 ? blocks.downsample(tape, x, grid, name + ".downsample") : x;
        });
    }

    // ---- decoder

    /**
     * Draws images.
     *
     * @param latents {@code (B h w, Z)}, a row for each place; codes where it is quantised
     * @param height H of the images
     * @param width W of the images
     * @return {@code (B H W, C)}
     */
    public Variable decode(Tape tape, Variable latents, int batch, int height, int width) {
        config.requireStrides(height, width);
        PixelGrid grid = new PixelGrid(batch, height / config.stride(), width / config.stride());
        Variable x = blocks.linear(tape, latents, "post_quant_conv");
        x = blocks.convolution(tape, x, grid, "decoder.conv_in");
        x = blocks.middle(tape, x, grid, "decoder.mid");
        for (int level = config.levels() - 1; level >= 0; level--) {
            x = decoderLevel(tape, x, grid, level);
            grid = level > 0 ? grid.doubled() : grid;
        }
        return blocks.activated(tape, x, grid, "decoder.norm_out", "decoder.conv_out");
    }

    private Variable decoderLevel(Tape tape, Variable input, PixelGrid grid, int level) {
        return tape.scope(() -> {
            String name = "decoder.up." + level;
            Variable x = input;
            for (int i = 0; i <= config.residualBlocks(); i++) {
                x = blocks.residual(tape, x, grid, name + ".block." + i);
                x = config.hasDecoderAttention(level) ? blocks.attention(tape, x, grid, name + ".attn." + i) : x;
            }
            return level > 0 ? blocks.upsample(tape, x, grid, name + ".upsample") : x;
        });
    }
}
