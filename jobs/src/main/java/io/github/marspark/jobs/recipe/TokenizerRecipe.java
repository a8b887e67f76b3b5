package io.github.marspark.jobs.recipe;

import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.ReconstructionLoss;
import io.github.marspark.model.optimization.LearningRateSchedule;
import java.util.Collections;
import java.util.List;

/**
 * The autoencoder that turns an image into latent numbers, or ids of codes, and back, and how it is trained.
 *
 * @param kind what stands between encoder and decoder
 * @param width channels at full resolution
 * @param multipliers factors on the width, one a resolution, from full resolution down
 * @param residualBlocks residual blocks a resolution in the encoder; the decoder has one more
 * @param attentionResolutions sides, in pixels, at which attention follows each residual block of the encoder
 * @param decoderAttention sides, in pixels, at which attention follows each residual block of the decoder
 * @param latentChannels numbers at each place of the latent image
 * @param hiddenChannels channels between the convolutions and the latent image
 * @param codes vectors that a place of the latent image may be quantised to; 0 for continuous latents
 * @param groups groups of the group normalisation
 * @param reconstructionLoss how a reconstruction is compared with its image
 * @param klWeight weight of the divergence from a standard normal distribution
 * @param codebookWeight weight of what draws codes to latents
 * @param commitmentWeight weight of what draws latents to codes
 * @param restartEverySteps after how many steps codes that no place is near to begin anew; 0 for never
 * @param restartShare share of the training in which they do
 * @param learningRate peak learning rate
 * @param warmupSteps steps over which the learning rate grows from 0
 * @param schedule what the learning rate does after that
 * @param batch images a step
 * @param steps length of the training
 * @see <a href="https://arxiv.org/abs/2112.10752">Latent diffusion, appendix G</a>
 */
public record TokenizerRecipe(
        @Describe(
                value =
                        "what stands between encoder and decoder: normal distributions, or a codebook whose ids are tokens too",
                byDefault = "kl")
        TokenizerKind kind,

        @Describe(value = "width of the autoencoder at full resolution", unit = "channels", byDefault = "128")
        int width,

        @Describe(
                value = "factors on the width, one a resolution; each after the first halves the side",
                byDefault = "[1, 1, 2, 2, 4]")
        List<Integer> multipliers,

        @Describe(value = "residual blocks a resolution", unit = "blocks", byDefault = "2")
        int residualBlocks,

        @Describe(value = "sides at which the encoder has attention", unit = "pixels", byDefault = "[16]")
        List<Integer> attentionResolutions,

        @Describe(
                value = "sides at which the decoder has attention, as latent diffusion's own has it",
                unit = "pixels",
                byDefault = "[]")
        List<Integer> decoderAttention,

        @Describe(value = "numbers at each place of the latent image", unit = "channels", byDefault = "16")
        int latentChannels,

        @Describe(
                value = "channels between the convolutions and the latent image",
                unit = "channels",
                byDefault = "${tokenizer.latent-channels}")
        int hiddenChannels,

        @Describe(
                value = "codes of kind vq that a place is quantised to, 16384 in the article; 0 for kind kl",
                unit = "codes",
                byDefault = "0")
        int codes,

        @Describe(value = "groups of the group normalisation", unit = "groups", byDefault = "32")
        int groups,

        @Describe(value = "how a reconstruction is compared with its image", byDefault = "l1")
        ReconstructionLoss reconstructionLoss,

        @Describe(
                value = "weight of the divergence from a standard normal distribution, of kind kl",
                byDefault = "1e-6")
        double klWeight,

        @Describe(value = "weight of what draws codes to latents, of kind vq", byDefault = "1.0")
        double codebookWeight,

        @Describe(value = "weight of what draws latents to codes, of kind vq", byDefault = "0.25")
        double commitmentWeight,

        @Describe(
                value = "after how many steps codes that no place is near to begin anew, of kind vq; 0 for never",
                unit = "steps",
                byDefault = "100")
        int restartEverySteps,

        @Describe(value = "share of the training in which they do", byDefault = "0.8")
        double restartShare,

        @Describe(value = "peak learning rate", byDefault = "1e-4")
        double learningRate,

        @Describe(value = "steps over which the learning rate grows from 0", unit = "steps", byDefault = "0")
        int warmupSteps,

        @Describe(value = "what the learning rate does after that", byDefault = "constant")
        LearningRateSchedule schedule,

        @Describe(value = "images a step", unit = "images", byDefault = "256")
        int batch,

        @Describe(value = "length of the training", unit = "steps", byDefault = "200000")
        int steps) {
    /** What the reference multiplies the latents of its published KL-16 by. */
    public static final double PUBLISHED_SCALE = 0.2325;

    private static final int MOST_RESOLUTIONS = 16;

    /** Checks each value. */
    public TokenizerRecipe {
        multipliers = List.copyOf(multipliers);
        attentionResolutions = List.copyOf(attentionResolutions);
        decoderAttention = List.copyOf(decoderAttention);
        Require.each("decoder-attention", decoderAttention, 1);
        checkShape(width, multipliers, residualBlocks, attentionResolutions, latentChannels, groups);
        Require.atLeast("hidden-channels", hiddenChannels, 1);
        checkCodes(kind, codes);
        Require.atLeast("kl-weight", klWeight, 0.0);
        Require.atLeast("codebook-weight", codebookWeight, 0.0);
        Require.atLeast("commitment-weight", commitmentWeight, 0.0);
        Require.atLeast("restart-every-steps", restartEverySteps, 0);
        Require.between("restart-share", restartShare, 0.0, 1.0);
        Require.positive("learning-rate", learningRate);
        Require.atLeast("batch", batch, 1);
        Require.atLeast("steps", steps, 1);
        Require.warmupWithin(schedule, warmupSteps, steps);
    }

    private static void checkCodes(TokenizerKind kind, int codes) {
        if (kind == TokenizerKind.VQ) {
            Require.that(codes != 0, "kind", "vq", "kl without codes; set tokenizer.codes, 16384 in the article");
            Require.that(
                    codes >= 2 && codes <= AutoencoderConfig.MOST_CODES,
                    "codes",
                    codes,
                    "from 2 to %d for kind vq".formatted(AutoencoderConfig.MOST_CODES));
        } else {
            Require.that(codes == 0, "codes", codes, "0 for kind kl: only kind vq has codes");
        }
    }

    private static void checkShape(
            int width,
            List<Integer> multipliers,
            int residualBlocks,
            List<Integer> attentionResolutions,
            int latentChannels,
            int groups) {
        Require.atLeast("width", width, 1);
        Require.that(
                !multipliers.isEmpty() && multipliers.size() <= MOST_RESOLUTIONS,
                "multipliers",
                multipliers,
                "a list of 1 to %d numbers".formatted(MOST_RESOLUTIONS));
        Require.each("multipliers", multipliers, 1);
        Require.atLeast("residual-blocks", residualBlocks, 1);
        Require.each("attention-resolutions", attentionResolutions, 1);
        Require.atLeast("latent-channels", latentChannels, 1);
        Require.atLeast("groups", groups, 1);
        Require.multiple("width", width, groups, "the groups");
    }

    /**
     * How many pixels one place of the latent image stands for along a side.
     *
     * @return {@code 2^(resolutions - 1)}
     */
    public int stride() {
        return 1 << (multipliers.size() - 1);
    }

    /**
     * The widest layer's width.
     *
     * @return channels
     */
    public int maxChannels() {
        return width * Collections.max(multipliers);
    }
}
