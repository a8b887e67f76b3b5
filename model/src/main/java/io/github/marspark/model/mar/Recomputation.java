package io.github.marspark.model.mar;

/**
 * What a training step computes once more on its way back instead of keeping it, to the same bits.
 *
 * @see <a href="https://arxiv.org/abs/1604.06174">Chen et al., section 3</a>
 */
public enum Recomputation {
    /** Nothing. */
    NONE,
    /** The inside of each block of the transformer and of the head, of which only the result is kept. */
    BLOCKS
}
