package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/**
 * The logits of the Q codes that a token may be, given what the body says about it. Immutable; a tape is used by one
 * thread.
 *
 * @param layers the network's
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.1</a>
 */
record CategoricalHead(Layers layers) {
    /**
     * Logits.
     *
     * @param z {@code (R, F)}
     * @return {@code (R, Q)}
     */
    Variable logits(Tape tape, Variable z) {
        return layers.linear(tape, z, "head");
    }
}
