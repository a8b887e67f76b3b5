package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.Function;

/**
 * The masked autoregressive network: an encoder over the buffer and the known tokens, a decoder over all positions, and
 * the head that draws a token given what the decoder says about it.
 *
 * <p>Legend: {@code B} samples, {@code L} tokens an image, {@code K} known ones, {@code S} buffer tokens, {@code D} values
 * a token, {@code E} and {@code F} widths of encoder and decoder, {@code R} tokens asked for. Tokens are numbered {@code b
 * L + l} through a batch. Parameters are found by the reference's names. Immutable; a tape is used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., sections 3.4 and 4.2</a>
 */
public final class MarNetwork {
    private final MarConfig config;
    private final Layers layers;
    private final TransformerBlocks encoder;
    private final TransformerBlocks decoder;
    private final DiffusionHead head;

    /**
     * A network of a size over its parameters.
     *
     * @param parameters by name, as the reference names them
     */
    public MarNetwork(MarConfig config, Function<String, Variable> parameters) {
        this.config = config;
        this.layers = new Layers(parameters);
        this.encoder = new TransformerBlocks(layers, "encoder", config.encoder(), 0);
        this.decoder = new TransformerBlocks(layers, "decoder", config.decoder(), encoder.nextSite());
        this.head = new DiffusionHead(layers, config.head());
    }

    /** The sizes. */
    public MarConfig config() {
        return config;
    }

    /** What draws a token given the decoder's condition. */
    public DiffusionHead head() {
        return head;
    }

    /**
     * The encoder: class and known tokens in, features of buffer and known tokens out.
     *
     * @param tokens {@code (B L, D)}, of which the known ones are looked at
     * @param labels {@code (B)}, class of each sample, or -1 for the learned vector of no class
     * @return {@code (B (S + K), E)}
     */
    public Variable encode(Tape tape, float[] tokens, int[] labels, Masking masking, DropoutKeys dropout) {
        EncoderRows rows = new EncoderRows(masking, config.buffer());
        int batch = masking.samples();
        Variable projected = layers.linear(tape, tape.constant(tokens, batch * masking.tokens()), "z_proj"); // (B L, E)
        Variable x = tape.pick(projected, classes(tape, labels), rows.sources()); // (B (S + K), E)
        x = layers.layerNorm(tape, addPositions(tape, x, "encoder", rows.positions()), "z_proj_ln");
        return encoder.apply(tape, x, batch, dropout);
    }

    /** {@code (B, E)}. */
    private Variable classes(Tape tape, int[] labels) {
        return tape.pick(layers.parameter("class_emb.weight"), layers.parameter("fake_latent"), labels);
    }

    /**
     * The decoder: what the network knows about the tokens asked for.
     *
     * @param encoded {@code (B (S + K), E)}
     * @param asked {@code (R)}, numbers of tokens, as many of each sample
     * @return the condition z, {@code (R, F)}
     */
    public Variable decode(Tape tape, Variable encoded, Masking masking, int[] asked, DropoutKeys dropout) {
        DecoderRows rows = new DecoderRows(masking, config.buffer());
        Variable known = layers.linear(tape, encoded, "decoder_embed"); // (B (S + K), F)
        Variable x = tape.pick(known, layers.parameter("mask_token"), rows.sources()); // (B (S + L), F)
        x = addPositions(tape, x, "decoder", rows.positions());
        x = decoder.apply(tape, x, masking.samples(), dropout, rows.of(asked)); // (R, F)
        return tape.addRows(x, layers.parameter("diffusion_pos_embed_learned"), rows.positionsInImage(asked));
    }

    private Variable addPositions(Tape tape, Variable x, String half, int[] positions) {
        Variable table = layers.parameter(half + "_pos_embed_learned"); // (S + L, E or F)
        return tape.observe(half + "_input", tape.addRows(x, table, positions));
    }
}
