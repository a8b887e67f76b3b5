package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Sight;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.stream.IntStream;

/**
 * The bidirectional body: an encoder over the buffer and the known tokens, and a decoder over all positions.
 *
 * <p>Legend: {@code B} samples, {@code L} tokens an image, {@code K} known ones, {@code S} buffer tokens, {@code D} values
 * a token, {@code E} and {@code F} widths of encoder and decoder, {@code R} tokens asked for. Tokens are numbered {@code b
 * L + l} through a batch. Immutable; a tape is used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., sections 3.4 and 4.2</a>
 */
final class EncoderDecoder implements Body {
    private static final SelfAttention ATTENTION = SelfAttention.of(Sight.ALL);

    private final int buffer;
    private final Layers layers;
    private final TokenEmbedding embedding;
    private final TransformerBlocks encoder;
    private final TransformerBlocks decoder;

    EncoderDecoder(MarConfig config, Layers layers) {
        this.buffer = config.buffer();
        this.layers = layers;
        this.embedding = TokenEmbedding.of(config, layers);
        this.encoder = new TransformerBlocks(layers, "encoder_blocks.", config.encoder(), 0, 0);
        this.decoder = new TransformerBlocks(layers, "decoder_blocks.", config.decoder(), 0, encoder.nextSite());
    }

    /** The hidden tokens, ascending. */
    @Override
    public int[] targets(Masking masking) {
        return IntStream.range(0, masking.samples())
                .flatMap(b -> IntStream.of(masking.maskedPositions(b)).map(l -> b * masking.tokens() + l))
                .toArray();
    }

    @Override
    public Variable conditions(
            Tape tape, float[] tokens, int[] labels, Masking masking, int[] targets, DropoutKeys dropout) {
        return decode(tape, encode(tape, tokens, labels, masking, dropout), masking, targets, dropout);
    }

    /** Every iteration begins anew: a token that was drawn changes what is said about all others. */
    @Override
    public GenerationConditions generation(Kernels kernels) {
        return new GenerationConditions() {
            @Override
            public Variable next(Tape tape, GenerationBatch batch) {
                return conditions(
                        tape, batch.tokens(), batch.labels(), batch.masking(), batch.next(), DropoutKeys.NONE);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    /**
     * The encoder: class and known tokens in, features of buffer and known tokens out.
     *
     * @param tokens {@code (B L, D)}, of which the known ones are looked at
     * @param labels {@code (B)}, class of each sample, or -1 for the learned vector of no class
     * @return {@code (B (S + K), E)}
     */
    Variable encode(Tape tape, float[] tokens, int[] labels, Masking masking, DropoutKeys dropout) {
        EncoderRows rows = new EncoderRows(masking, buffer);
        int batch = masking.samples();
        Variable embedded = embedding.of(tape, tokens, batch * masking.tokens()); // (B L, E)
        Variable x = tape.pick(embedded, layers.classes(tape, labels), rows.sources()); // (B (S + K), E)
        x = layers.layerNorm(tape, addPositions(tape, x, "encoder", rows.positions()), "z_proj_ln");
        x = encoder.apply(tape, x, batch, ATTENTION, dropout);
        return layers.layerNorm(tape, x, "encoder_norm");
    }

    /**
     * The decoder: what the network knows about the tokens asked for.
     *
     * @param encoded {@code (B (S + K), E)}
     * @param asked {@code (R)}, numbers of tokens, as many of each sample
     * @return the condition z, {@code (R, F)}
     */
    Variable decode(Tape tape, Variable encoded, Masking masking, int[] asked, DropoutKeys dropout) {
        DecoderRows rows = new DecoderRows(masking, buffer);
        Variable known = layers.linear(tape, encoded, "decoder_embed"); // (B (S + K), F)
        Variable x = tape.pick(known, layers.parameter("mask_token"), rows.sources()); // (B (S + L), F)
        x = addPositions(tape, x, "decoder", rows.positions());
        x = decoder.apply(tape, x, masking.samples(), ATTENTION, dropout, rows.of(asked)); // (R, F)
        x = layers.layerNorm(tape, x, "decoder_norm");
        return tape.addRows(x, layers.parameter("diffusion_pos_embed_learned"), rows.positionsInImage(asked));
    }

    private Variable addPositions(Tape tape, Variable x, String half, int[] positions) {
        Variable table = layers.parameter(half + "_pos_embed_learned"); // (S + L, E or F)
        return tape.observe(half + "_input", tape.addRows(x, table, positions));
    }
}
