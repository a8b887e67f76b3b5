package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Sight;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/** How the rows of a sample attend in a transformer's blocks, whose keys and values may come from elsewhere. */
@FunctionalInterface
interface SelfAttention {
    /** Of the rows of the batch to each other. */
    static SelfAttention of(Sight sight) {
        return (tape, block, qkv, batch, heads, dropout) -> tape.attention(qkv, batch, heads, sight, dropout);
    }

    /**
     * Attends.
     *
     * @param block number of the block, counted through the network
     * @param qkv {@code (B T, 3 E)}
     * @return {@code (B T, E)}
     */
    Variable of(Tape tape, int block, Variable qkv, int batch, int heads, Dropout dropout);
}
