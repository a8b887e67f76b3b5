package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/** The conditions of a generation's tokens, iteration after iteration. Not thread-safe. */
interface GenerationConditions extends AutoCloseable {
    /**
     * The conditions of the tokens that are next; called once for each iteration, in their order.
     *
     * @return z, {@code (R, F)}
     */
    Variable next(Tape tape, GenerationBatch batch);

    /** Gives back what is held from iteration to iteration. */
    @Override
    void close();
}
