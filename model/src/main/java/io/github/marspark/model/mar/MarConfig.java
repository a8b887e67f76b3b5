package io.github.marspark.model.mar;

import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import java.io.Serializable;

/**
 * The sizes of an autoregressive network.
 *
 * <p>Legend: {@code L} tokens an image, {@code D} values a token, {@code S} buffer tokens, {@code E} and {@code F} widths
 * of encoder and decoder, {@code m} time steps a token.
 *
 * @param latentSize height and width of the latent image, {@code image size / stride of the autoencoder}
 * @param latentChannels channels of the latent image
 * @param patch height and width of a token in the latent image
 * @param classes number of classes
 * @param encoder its transformer
 * @param decoder its transformer
 * @param buffer S, at least 1
 * @param head the diffusion head
 * @param timestepsPerToken m: how many time steps each masked token is trained on in a step
 * @param labelDrop probability that a sample's label is replaced by the learned vector of no label
 * @param maskRate distribution of the share of tokens that a step masks
 * @param design which of the article's systems it is
 * @see <a href="https://arxiv.org/abs/2406.11838">Autoregressive Image Generation without Vector Quantization, section
 *     4</a>
 */
public record MarConfig(
        int latentSize,
        int latentChannels,
        int patch,
        int classes,
        Transformer encoder,
        Transformer decoder,
        int buffer,
        Head head,
        int timestepsPerToken,
        double labelDrop,
        MaskRate maskRate,
        Design design)
        implements Serializable {

    /**
     * A stack of transformer blocks.
     *
     * @param width values a token
     * @param depth number of blocks
     * @param heads attention heads; divides the width
     * @param mlpRatio width of the hidden layer over {@code width}
     * @param attentionDropout rate at which attention probabilities are dropped
     * @param projectionDropout rate at which the outputs of attention and of both layers of the MLP are dropped
     */
    public record Transformer(
            int width, int depth, int heads, int mlpRatio, double attentionDropout, double projectionDropout)
            implements Serializable {
        /** Checks each component. */
        public Transformer {
            requirePositive("width", width);
            requirePositive("depth", depth);
            requirePositive("heads", heads);
            requirePositive("mlpRatio", mlpRatio);
            requireDivides("heads", heads, "width", width);
            requireRate("attentionDropout", attentionDropout);
            requireRate("projectionDropout", projectionDropout);
        }
    }

    /**
     * The residual MLP that denoises tokens.
     *
     * @param width values of its hidden layers
     * @param depth number of residual blocks
     */
    public record Head(int width, int depth) implements Serializable {
        /** Checks each component. */
        public Head {
            requirePositive("head width", width);
            requirePositive("head depth", depth);
        }
    }

    /** Checks each component. */
    public MarConfig {
        requirePositive("latentSize", latentSize);
        requirePositive("latentChannels", latentChannels);
        requirePositive("patch", patch);
        requireDivides("patch", patch, "latentSize", latentSize);
        requirePositive("classes", classes);
        requirePositive("buffer", buffer);
        requirePositive("timestepsPerToken", timestepsPerToken);
        requireRate("labelDrop", labelDrop);
        if (!(maskRate.minimum() > 0 && maskRate.minimum() < 1)) {
            throw new IllegalArgumentException(
                    "minimum mask rate is " + maskRate.minimum() + ", must be above 0 and below 1");
        }
        if (design.hasIds() && patch != 1) {
            throw new IllegalArgumentException(
                    "patch is " + patch + ", must be 1 for the cross-entropy loss: a token is one id");
        }
        if (design.isCausal() && (encoder.width() != decoder.width() || encoder.heads() != decoder.heads())) {
            throw new IllegalArgumentException(
                    "encoder and decoder differ in width or heads, must be halves of one stack for causal attention");
        }
    }

    /** The sizes of MAR. */
    public MarConfig(
            int latentSize,
            int latentChannels,
            int patch,
            int classes,
            Transformer encoder,
            Transformer decoder,
            int buffer,
            Head head,
            int timestepsPerToken,
            double labelDrop,
            MaskRate maskRate) {
        this(
                latentSize,
                latentChannels,
                patch,
                classes,
                encoder,
                decoder,
                buffer,
                head,
                timestepsPerToken,
                labelDrop,
                maskRate,
                Design.MAR);
    }

    /** The same sizes of another of the article's systems. */
    public MarConfig with(Design other) {
        return new MarConfig(
                latentSize,
                latentChannels,
                patch,
                classes,
                encoder,
                decoder,
                buffer,
                head,
                timestepsPerToken,
                labelDrop,
                maskRate,
                other);
    }

    /** MAR-B for 256-pixel ImageNet, 207,924,768 parameters. */
    public static MarConfig base() {
        return imageNet(768, 12, 12, new Head(1024, 6));
    }

    /** MAR-L for 256-pixel ImageNet, 478,326,304 parameters. */
    public static MarConfig large() {
        return imageNet(1024, 16, 16, new Head(1280, 8));
    }

    /** MAR-H for 256-pixel ImageNet, 942,403,104 parameters. */
    public static MarConfig huge() {
        return imageNet(1280, 20, 16, new Head(1536, 12));
    }

    private static MarConfig imageNet(int width, int depth, int heads, Head head) {
        Transformer half = new Transformer(width, depth, heads, 4, 0.1, 0.1);
        return new MarConfig(16, 16, 1, 1000, half, half, 64, head, 4, 0.1, new MaskRate(0.7));
    }

    /** Tokens in a row or column of the image. */
    public int tokensPerSide() {
        return latentSize / patch;
    }

    /** L, tokens an image. */
    public int tokens() {
        return tokensPerSide() * tokensPerSide();
    }

    /** D, values a token; 1 where it is an id. */
    public int tokenSize() {
        return design.hasIds() ? 1 : latentChannels * patch * patch;
    }

    /** How many tokens of a sample are predicted at a mask rate: all of them by causal attention. */
    public int masked(double rate) {
        return design.isCausal() ? tokens() : Masking.count(tokens(), rate);
    }

    /** Numbers that a step predicts for each token that it trains on. */
    public int outputs() {
        return design.hasIds() ? design.codes() : 2 * timestepsPerToken * tokenSize();
    }

    /** How often each predicted token is trained on with a time step and noise of its own; 0 where it is an id. */
    int copies() {
        return design.hasIds() ? 0 : timestepsPerToken;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    private static void requireDivides(String name, int divisor, String whole, int value) {
        if (value % divisor != 0) {
            throw new IllegalArgumentException(name + " is " + divisor + ", must divide " + whole + " " + value);
        }
    }

    private static void requireRate(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 0 and below 1");
        }
    }
}
