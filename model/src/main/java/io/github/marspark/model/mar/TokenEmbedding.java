package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/** Tokens as the transformer sees them, before their positions are added: the network's input. */
interface TokenEmbedding {
    /**
     * The embedding that a network has.
     *
     * @param layers the network's
     */
    static TokenEmbedding of(MarConfig config, Layers layers) {
        Design design = config.design();
        if (design.hasIds()) {
            return (tape, tokens, count) ->
                    tape.pick(layers.parameter("token_emb.weight"), TokenIds.of(tokens, design.codes()));
        }
        return (tape, tokens, count) -> layers.linear(tape, tape.constant(tokens, count), "z_proj");
    }

    /**
     * The tokens' vectors.
     *
     * @param tokens {@code (N, D)} values, or N ids
     * @param count N
     * @return {@code (N, E)}
     */
    Variable of(Tape tape, float[] tokens, int count);
}
