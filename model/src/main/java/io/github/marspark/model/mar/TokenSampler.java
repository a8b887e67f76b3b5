package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/** Draws tokens from what a head makes of their conditions. Not thread-safe. */
interface TokenSampler {
    /**
     * What tokens are drawn from, which does not change while they are drawn.
     *
     * @param z {@code (R, F)}, or {@code (2 R, F)} with guidance: with classes, then without
     * @return as many rows
     */
    Variable view(Tape tape, Variable z);

    /**
     * Draws.
     *
     * @param view of {@link #view}
     * @param batch of which the R next tokens are drawn
     * @param noise of the iteration
     * @param guidance scale of the iteration, where there are rows without classes
     */
    DrawnTokens draw(Tape tape, Variable view, GenerationBatch batch, IterationNoise noise, double guidance);
}
