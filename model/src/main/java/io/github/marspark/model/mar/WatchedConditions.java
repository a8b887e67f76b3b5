package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/**
 * Conditions of a generation that are told of when they are known.
 *
 * @param conditions of which is told
 * @param watcher who is told
 */
record WatchedConditions(GenerationConditions conditions, GenerationWatcher watcher) implements GenerationConditions {
    @Override
    public Variable next(Tape tape, GenerationBatch batch) {
        Variable z = conditions.next(tape, batch);
        watcher.conditionsKnown();
        return z;
    }

    @Override
    public void close() {
        conditions.close();
    }
}
