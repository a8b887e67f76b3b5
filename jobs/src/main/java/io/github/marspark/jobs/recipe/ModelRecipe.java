package io.github.marspark.jobs.recipe;

import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.TokenOrder;
import java.util.Locale;

/**
 * The network: a transformer over tokens, and the head that draws them.
 *
 * @param attention what tokens see of each other
 * @param order in which tokens are generated
 * @param loss what a token is, and what its prediction costs
 * @param patch side of the square of latent places that make one token
 * @param width width of encoder and decoder
 * @param encoderDepth blocks of the encoder
 * @param decoderDepth blocks of the decoder
 * @param heads attention heads
 * @param mlpRatio hidden width of a block's MLP over the width
 * @param buffer rows of the class put before the tokens
 * @param dropout share dropped from attention and projections in training
 * @param labelDrop share of samples trained without their label
 * @param maskRatioMin least share of tokens masked in training
 * @param maskRatioDeviation standard deviation of that share's normal distribution around 1, before it is truncated
 * @param diffusionBatchMultiplier noise levels drawn for each token in a step
 * @param head the diffusion head
 * @see <a href="https://arxiv.org/abs/2406.11838">Autoregressive Image Generation without Vector Quantization,
 *     section 4 and appendix B</a>
 */
public record ModelRecipe(
        @Describe(value = "what tokens see of each other", byDefault = "bidirectional")
        Attention attention,

        @Describe(value = "order in which tokens are generated", byDefault = "random")
        TokenOrder order,

        @Describe(value = "a token is numbers of a diffusion, or an id by cross-entropy", byDefault = "diffusion")
        TokenLoss loss,

        @Describe(value = "side of the square of latent places in one token", unit = "places", byDefault = "1")
        int patch,

        @Describe(value = "width of the encoder and of the decoder", byDefault = "768")
        int width,

        @Describe(value = "depth of the encoder", unit = "blocks", byDefault = "12")
        int encoderDepth,

        @Describe(value = "depth of the decoder", unit = "blocks", byDefault = "12")
        int decoderDepth,

        @Describe(value = "attention heads; they divide the width", unit = "heads", byDefault = "12")
        int heads,

        @Describe(value = "hidden width of a block's MLP over the width", byDefault = "4")
        int mlpRatio,

        @Describe(value = "rows of the class before the tokens", unit = "rows", byDefault = "64")
        int buffer,

        @Describe(value = "share dropped from attention and projections in training", byDefault = "0.1")
        double dropout,

        @Describe(value = "share of samples trained without their label", byDefault = "0.1")
        double labelDrop,

        @Describe(value = "least share of tokens masked in training", byDefault = "0.7")
        double maskRatioMin,

        @Describe(value = "how far below 1 that share spreads: a standard deviation", byDefault = "0.25")
        double maskRatioDeviation,

        @Describe(value = "noise levels drawn for each token in a step", byDefault = "4")
        int diffusionBatchMultiplier,

        @Describe("the diffusion head") HeadRecipe head) {
    /** Checks each value. */
    public ModelRecipe {
        Require.that(
                attention == Attention.CAUSAL || order == TokenOrder.RANDOM,
                "order",
                order.name().toLowerCase(Locale.ROOT),
                "random for bidirectional attention");
        Require.that(
                loss == TokenLoss.DIFFUSION || patch == 1, "patch", patch, "1 for cross-entropy: a token is one id");
        Require.atLeast("patch", patch, 1);
        Require.atLeast("width", width, 1);
        Require.atLeast("encoder-depth", encoderDepth, 1);
        Require.atLeast("decoder-depth", decoderDepth, 1);
        Require.atLeast("heads", heads, 1);
        Require.that(width % heads == 0, "heads", heads, "a divisor of the width, " + width);
        Require.atLeast("mlp-ratio", mlpRatio, 1);
        Require.atLeast("buffer", buffer, 1);
        Require.fraction("dropout", dropout);
        Require.fraction("label-drop", labelDrop);
        Require.that(maskRatioMin > 0 && maskRatioMin < 1, "mask-ratio-min", maskRatioMin, "above 0.0 and below 1.0");
        Require.that(maskRatioDeviation > 0, "mask-ratio-deviation", maskRatioDeviation, "above 0.0");
        Require.atLeast("diffusion-batch-multiplier", diffusionBatchMultiplier, 1);
    }
}
