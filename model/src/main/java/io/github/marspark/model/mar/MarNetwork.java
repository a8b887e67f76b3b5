package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Variable;
import java.util.function.Function;

/**
 * A network of one of the article's systems, put together as its {@link Design} says: a body, whose input is the tokens'
 * {@link TokenEmbedding}, says what is known about tokens; a head makes of that what they are drawn from.
 *
 * <p>Legend: {@code B} samples, {@code L} tokens an image, {@code K} known ones, {@code S} buffer tokens, {@code D} values
 * a token, {@code E} and {@code F} widths of encoder and decoder, {@code R} tokens asked for. Tokens are numbered {@code b
 * L + l} through a batch; where they are ids of codes, D is 1 and the value is the id. Parameters are found by the
 * reference's names. Immutable; a tape is used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., sections 3 and 4.2</a>
 */
public final class MarNetwork {
    private final MarConfig config;
    private final Layers layers;
    private final Body body;

    /**
     * A network of a size over its parameters.
     *
     * @param parameters by name, as the reference names them
     */
    public MarNetwork(MarConfig config, Function<String, Variable> parameters) {
        this.config = config;
        this.layers = new Layers(parameters);
        this.body =
                config.design().isCausal() ? new CausalTransformer(config, layers) : new EncoderDecoder(config, layers);
    }

    /** The sizes. */
    public MarConfig config() {
        return config;
    }

    /** What says what is known about tokens. */
    public Body body() {
        return body;
    }

    /** What a token of D numbers is drawn from, given its condition. */
    public DiffusionHead head() {
        return new DiffusionHead(layers, config.head());
    }

    /** What an id is drawn from, given its token's condition. */
    CategoricalHead categoricalHead() {
        return new CategoricalHead(layers);
    }
}
