package io.github.marspark.model.autoencoder;

import java.util.Collections;
import java.util.List;

/**
 * The sizes of an autoencoder of the latent diffusion family: a KL autoencoder, or one whose latents are quantised to codes.
 *
 * <p>The first level works on the image's own pixels, each further one on half as many in both directions. In the encoder
 * attention follows every residual block of the levels whose side, counted from {@code resolution}, is one of
 * {@code attentionResolutions}, in the decoder that of {@code decoderAttention}: latent diffusion's autoencoders have it in
 * both, MAR's KL-16 in the encoder only. Between the halves, at the lowest resolution, both have one attention of their
 * own.
 *
 * @param resolution side of the images it is made for, in pixels; images of other sides are coded by the same layers
 * @param imageChannels channels of an image
 * @param width channels of the first level
 * @param multipliers factors on {@code width}, one a level
 * @param residualBlocks residual blocks a level in the encoder; the decoder has one more
 * @param attentionResolutions sides, in pixels, of the encoder's levels with attention
 * @param decoderAttention sides, in pixels, of the decoder's levels with attention
 * @param latentChannels channels of the latent image
 * @param groups groups of the group normalisations; divides every level's channels
 * @param hiddenChannels channels between the convolutions and the layers of single places that make {@code latentChannels} of
 *     them and back
 * @param codes vectors that a place of the latent image may be quantised to; 0 for a KL autoencoder
 * @see <a href="https://arxiv.org/abs/2112.10752">High-Resolution Image Synthesis with Latent Diffusion Models</a>
 */
public record AutoencoderConfig(
        int resolution,
        int imageChannels,
        int width,
        List<Integer> multipliers,
        int residualBlocks,
        List<Integer> attentionResolutions,
        List<Integer> decoderAttention,
        int latentChannels,
        int groups,
        int hiddenChannels,
        int codes) {
    /** KL-16: 256 x 256 pixels to 16 x 16 places of 16 numbers, 66,456,019 parameters. */
    public static final AutoencoderConfig KL_16 =
            new AutoencoderConfig(256, 3, 128, List.of(1, 1, 2, 2, 4), 2, List.of(16), List.of(), 16, 32);

    /**
     * VQ-16: 256 x 256 pixels to 16 x 16 places of one of 16,384 codes of 8 numbers, 66,438,427 parameters. Latent
     * diffusion's own has attention in the decoder at 16 pixels too.
     */
    public static final AutoencoderConfig VQ_16 = new AutoencoderConfig(
                    256, 3, 128, List.of(1, 1, 2, 2, 4), 2, List.of(16), List.of(), 8, 32)
            .withCodes(16_384);

    /** The most codes that an autoencoder may have. */
    public static final int MOST_CODES = 1 << 24;

    private static final int MOST_LEVELS = 16;
    private static final int MOST_BLOCKS = 64;

    /** A convolution of so many channels has less than 2^31 weights. */
    private static final int MOST_CHANNELS = 8192;

    /** Checks each component. */
    public AutoencoderConfig {
        requirePositive("resolution", resolution);
        requirePositive("imageChannels", imageChannels);
        requirePositive("width", width);
        multipliers = requirePositive("multipliers", multipliers);
        requirePositive("residualBlocks", residualBlocks);
        attentionResolutions = requirePositive("attentionResolutions", attentionResolutions);
        decoderAttention = requirePositive("decoderAttention", decoderAttention);
        requirePositive("latentChannels", latentChannels);
        requirePositive("groups", groups);
        if (multipliers.isEmpty() || multipliers.size() > MOST_LEVELS) {
            throw new IllegalArgumentException(
                    "multipliers has " + multipliers.size() + " elements, must have 1 to " + MOST_LEVELS);
        }
        requireAtMost("residualBlocks", residualBlocks, MOST_BLOCKS);
        requireAtMost("imageChannels", imageChannels, MOST_CHANNELS);
        requireAtMost("latentChannels", latentChannels, MOST_CHANNELS / 2);
        requirePositive("hiddenChannels", hiddenChannels);
        requireAtMost("hiddenChannels", hiddenChannels, MOST_CHANNELS / 2);
        if (codes < 0 || codes == 1) {
            throw new IllegalArgumentException("codes is " + codes + ", must be 0 for none, or at least 2");
        }
        requireAtMost("codes", codes, MOST_CODES);
        requireAtMost("codes times latentChannels", (long) codes * latentChannels, Integer.MAX_VALUE);
        requireAtMost(
                "width times the largest of multipliers", (long) width * Collections.max(multipliers), MOST_CHANNELS);
        if (width % groups != 0) {
            throw new IllegalArgumentException("width is " + width + ", must be a multiple of groups, " + groups);
        }
        requireStrides("resolution", resolution, 1 << (multipliers.size() - 1));
    }

    /** The sizes of a KL autoencoder with as many hidden channels as latent ones. */
    public AutoencoderConfig(
            int resolution,
            int imageChannels,
            int width,
            List<Integer> multipliers,
            int residualBlocks,
            List<Integer> attentionResolutions,
            List<Integer> decoderAttention,
            int latentChannels,
            int groups) {
        this(
                resolution,
                imageChannels,
                width,
                multipliers,
                residualBlocks,
                attentionResolutions,
                decoderAttention,
                latentChannels,
                groups,
                latentChannels,
                0);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    private static void requireAtMost(String name, long value, int most) {
        if (value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at most " + most);
        }
    }

    private static List<Integer> requirePositive(String name, List<Integer> values) {
        values.forEach(value -> requirePositive(name, value));
        return List.copyOf(values);
    }

    private static void requireStrides(String name, int value, int stride) {
        if (value < 1 || value % stride != 0) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", must be a positive multiple of the stride " + stride);
        }
    }

    /**
     * The same sizes with attention at other sides of the decoder.
     *
     * @param sides in pixels, as of {@code decoderAttention}
     * @return the other configuration
     */
    public AutoencoderConfig withDecoderAttention(List<Integer> sides) {
        return with(sides, hiddenChannels, codes);
    }

    /**
     * The same sizes with other channels between the convolutions and the latents.
     *
     * @param channels as of {@code hiddenChannels}
     * @return the other configuration
     */
    public AutoencoderConfig withHiddenChannels(int channels) {
        return with(decoderAttention, channels, codes);
    }

    /**
     * The same sizes with other codes.
     *
     * @param count as of {@code codes}
     * @return the other configuration
     */
    public AutoencoderConfig withCodes(int count) {
        return with(decoderAttention, hiddenChannels, count);
    }

    private AutoencoderConfig with(List<Integer> attention, int channels, int count) {
        return new AutoencoderConfig(
                resolution,
                imageChannels,
                width,
                multipliers,
                residualBlocks,
                attentionResolutions,
                attention,
                latentChannels,
                groups,
                channels,
                count);
    }

    /** Whether latents are quantised to codes. */
    public boolean isQuantised() {
        return codes > 0;
    }

    /** What the encoder says of each latent value. */
    public LatentDistribution.Spread spread() {
        return isQuantised() ? LatentDistribution.Spread.NONE : LatentDistribution.Spread.NORMAL;
    }

    /** Number of levels. */
    public int levels() {
        return multipliers.size();
    }

    /** Pixels along a side that one place of the latent image stands for, {@code 2^(levels - 1)}. */
    public int stride() {
        return 1 << (levels() - 1);
    }

    /** Side of the latent image of an image of {@code resolution}. */
    public int latentSize() {
        return resolution / stride();
    }

    /** Number of values of the latent image of an image of {@code resolution}. */
    public int latentValues() {
        return latentChannels * latentSize() * latentSize();
    }

    /** Number of values of an image of {@code resolution}. */
    public int imageValues() {
        return imageChannels * resolution * resolution;
    }

    /** Channels of a level, counted from 0 at the image's own pixels. */
    int channels(int level) {
        return width * multipliers.get(level);
    }

    /** Whether attention follows the encoder's residual blocks of a level. */
    boolean hasEncoderAttention(int level) {
        return attentionResolutions.contains(resolution >> level);
    }

    /** Whether attention follows the decoder's residual blocks of a level. */
    boolean hasDecoderAttention(int level) {
        return decoderAttention.contains(resolution >> level);
    }

    /** The most channels of all levels. */
    int mostChannels() {
        return width * Collections.max(multipliers);
    }

    void requireStrides(int height, int width) {
        requireStrides("height", height, stride());
        requireStrides("width", width, stride());
    }
}
