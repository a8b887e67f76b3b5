package io.github.marspark.model.mar;

import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The network's parameters: names, shapes and order as in the reference's checkpoints, starting values as the article's
 * code has them.
 *
 * <p>Weights of the transformer are Xavier uniform and biases 0; embeddings and position tables normal with deviation
 * 0.02. In the head the layers that modulate and the last one start at 0, so that an untrained head predicts 0.
 */
public final class MarParameters {
    private static final Initialization TABLE = Initialization.normal(0.02);

    private final MarConfig config;
    private final List<ParameterSpec> specs = new ArrayList<>();

    private MarParameters(MarConfig config) {
        this.config = config;
    }

    /** The parameters of a network of a size. */
    public static ParameterLayout layout(MarConfig config) {
        MarParameters parameters = new MarParameters(config);
        if (config.design().isCausal()) {
            parameters.causal();
        } else {
            parameters.tables();
            parameters.transformers();
        }
        if (config.design().hasIds()) {
            parameters.linear("head", config.design().codes(), config.decoder().width());
        } else {
            parameters.head("diffloss.net.");
        }
        return new ParameterLayout(parameters.specs);
    }

    private void add(String name, Initialization initialization, int... shape) {
        specs.add(new ParameterSpec(name, shape, initialization));
    }

    private void linear(String name, int out, int in, Initialization weight) {
        add(name + ".weight", weight, out, in);
        add(name + ".bias", Initialization.ZEROS, out);
    }

    private void linear(String name, int out, int in) {
        linear(name, out, in, Initialization.XAVIER_UNIFORM);
    }

    private void norm(String name, int width) {
        add(name + ".weight", Initialization.ONES, width);
        add(name + ".bias", Initialization.ZEROS, width);
    }

    private void tables() {
        int length = config.buffer() + config.tokens();
        int width = config.decoder().width();
        add("fake_latent", TABLE, 1, config.encoder().width());
        add("encoder_pos_embed_learned", TABLE, 1, length, config.encoder().width());
        add("mask_token", TABLE, 1, 1, width);
        add("decoder_pos_embed_learned", TABLE, 1, length, width);
        add("diffusion_pos_embed_learned", TABLE, 1, config.tokens(), width);
        input();
    }

    /** What classes and tokens become in front of the first block. */
    private void input() {
        int width = config.encoder().width();
        add("class_emb.weight", TABLE, config.classes(), width);
        if (config.design().hasIds()) {
            add("token_emb.weight", TABLE, config.design().codes(), width);
        } else {
            linear("z_proj", width, config.tokenSize());
        }
        norm("z_proj_ln", width);
    }

    private void causal() {
        int width = config.encoder().width();
        add("fake_latent", TABLE, 1, width);
        add("encoder_pos_embed_learned", TABLE, 1, 1 + config.tokens(), width);
        add("decoder_pos_embed_learned", TABLE, 1, config.tokens(), width);
        add("diffusion_pos_embed_learned", TABLE, 1, config.tokens(), width);
        input();
        blocks("blocks.", 0, config.encoder());
        blocks("blocks.", config.encoder().depth(), config.decoder());
        norm("norm", width);
    }

    private void transformers() {
        blocks("encoder_blocks.", 0, config.encoder());
        norm("encoder_norm", config.encoder().width());
        linear("decoder_embed", config.decoder().width(), config.encoder().width());
        blocks("decoder_blocks.", 0, config.decoder());
        norm("decoder_norm", config.decoder().width());
    }

    private void blocks(String prefix, int first, Transformer size) {
        int width = size.width();
        int hidden = width * size.mlpRatio();
        for (int i = first; i < first + size.depth(); i++) {
            norm(prefix + i + ".norm1", width);
            linear(prefix + i + ".attn.qkv", 3 * width, width);
            linear(prefix + i + ".attn.proj", width, width);
            norm(prefix + i + ".norm2", width);
            linear(prefix + i + ".mlp.fc1", hidden, width);
            linear(prefix + i + ".mlp.fc2", width, hidden);
        }
    }

    private void head(String prefix) {
        int width = config.head().width();
        linear(prefix + "time_embed.mlp.0", width, TimeSinusoid.SIZE, TABLE);
        linear(prefix + "time_embed.mlp.2", width, width, TABLE);
        linear(prefix + "cond_embed", width, config.decoder().width());
        linear(prefix + "input_proj", width, config.tokenSize());
        for (int i = 0; i < config.head().depth(); i++) {
            String block = prefix + "res_blocks." + i;
            norm(block + ".in_ln", width);
            linear(block + ".mlp.0", width, width);
            linear(block + ".mlp.2", width, width);
            linear(block + ".adaLN_modulation.1", 3 * width, width, Initialization.ZEROS);
        }
        linear(prefix + "final_layer.linear", 2 * config.tokenSize(), width, Initialization.ZEROS);
        linear(prefix + "final_layer.adaLN_modulation.1", 2 * width, width, Initialization.ZEROS);
    }
}
