package io.github.marspark.model.autoencoder;

import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The autoencoder's parameters: names, shapes and order as in the checkpoints of the latent diffusion family, starting
 * values as convolutions have there, uniform within {@code 1 / sqrt(in k k)} of 0, and those of Q codes within {@code 1 / Q}.
 */
public final class AutoencoderParameters {
    /** The vectors of the codes, {@code (Q, Z)}, which a quantised autoencoder alone has. */
    static final String CODEBOOK = "quantize.embedding.weight";

    private final AutoencoderConfig config;
    private final List<ParameterSpec> specs = new ArrayList<>();

    private AutoencoderParameters(AutoencoderConfig config) {
        this.config = config;
    }

    /** The parameters of an autoencoder of a size. */
    public static ParameterLayout layout(AutoencoderConfig config) {
        AutoencoderParameters parameters = new AutoencoderParameters(config);
        parameters.encoder();
        parameters.decoder();
        int latent = config.latentChannels();
        int moments = config.spread().moments();
        parameters.convolution("quant_conv", moments * latent, moments * config.hiddenChannels(), 1);
        parameters.convolution("post_quant_conv", config.hiddenChannels(), latent, 1);
        if (config.isQuantised()) {
            parameters.add(CODEBOOK, Initialization.uniform(1.0 / config.codes()), config.codes(), latent);
        }
        return new ParameterLayout(parameters.specs);
    }

    private void add(String name, Initialization initialization, int... shape) {
        specs.add(new ParameterSpec(name, shape, initialization));
    }

    private void convolution(String name, int out, int in, int kernel) {
        add(name + ".weight", Initialization.FAN_IN_UNIFORM, out, in, kernel, kernel);
        add(name + ".bias", Initialization.uniform(1 / Math.sqrt((double) in * kernel * kernel)), out);
    }

    private void norm(String name, int channels) {
        add(name + ".weight", Initialization.ONES, channels);
        add(name + ".bias", Initialization.ZEROS, channels);
    }

    private void residual(String name, int out, int in) {
        norm(name + ".norm1", in);
        convolution(name + ".conv1", out, in, 3);
        norm(name + ".norm2", out);
        convolution(name + ".conv2", out, out, 3);
        if (in != out) {
            convolution(name + ".nin_shortcut", out, in, 1);
        }
    }

    private void attention(String name, int channels) {
        norm(name + ".norm", channels);
        for (String part : List.of("q", "k", "v", "proj_out")) {
            convolution(name + "." + part, channels, channels, 1);
        }
    }

    private void middle(String name, int channels) {
        residual(name + ".block_1", channels, channels);
        attention(name + ".attn_1", channels);
        residual(name + ".block_2", channels, channels);
    }

    private void encoder() {
        convolution("encoder.conv_in", config.width(), config.imageChannels(), 3);
        int channels = config.width();
        for (int level = 0; level < config.levels(); level++) {
            encoderLevel("encoder.down." + level, level, channels);
            channels = config.channels(level);
        }
        middle("encoder.mid", channels);
        norm("encoder.norm_out", channels);
        convolution("encoder.conv_out", config.spread().moments() * config.hiddenChannels(), channels, 3);
    }

    private void encoderLevel(String name, int level, int in) {
        int out = config.channels(level);
        for (int i = 0; i < config.residualBlocks(); i++) {
            residual(name + ".block." + i, out, i == 0 ? in : out);
        }
        for (int i = 0; i < config.residualBlocks() && config.hasEncoderAttention(level); i++) {
            attention(name + ".attn." + i, out);
        }
        if (level < config.levels() - 1) {
            convolution(name + ".downsample.conv", out, out, 3);
        }
    }

    private void decoder() {
        int deepest = config.channels(config.levels() - 1);
        convolution("decoder.conv_in", deepest, config.hiddenChannels(), 3);
        middle("decoder.mid", deepest);
        for (int level = 0; level < config.levels(); level++) {
            int deeper = Math.min(level + 1, config.levels() - 1);
            decoderLevel("decoder.up." + level, level, config.channels(deeper));
        }
        norm("decoder.norm_out", config.channels(0));
        convolution("decoder.conv_out", config.imageChannels(), config.channels(0), 3);
    }

    private void decoderLevel(String name, int level, int in) {
        int out = config.channels(level);
        for (int i = 0; i <= config.residualBlocks(); i++) {
            residual(name + ".block." + i, out, i == 0 ? in : out);
        }
        for (int i = 0; i <= config.residualBlocks() && config.hasDecoderAttention(level); i++) {
            attention(name + ".attn." + i, out);
        }
        if (level > 0) {
            convolution(name + ".upsample.conv", out, out, 3);
        }
    }
}
