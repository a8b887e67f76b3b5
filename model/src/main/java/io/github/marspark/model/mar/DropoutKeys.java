package io.github.marspark.model.mar;

import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Dropout;
import java.util.stream.LongStream;

/** The keys from which the network's dropout masks come. */
@FunctionalInterface
public interface DropoutKeys {
    /** Drops nothing: for sampling and evaluation. */
    DropoutKeys NONE = (rate, batch, site) -> Dropout.NONE;

    /**
     * The keys of a training step's samples, the same for a sample in any batch.
     *
     * @param samples {@code (B)}, index of each sample in the data
     */
    static DropoutKeys of(Draws draws, long step, long[] samples) {
        return (rate, batch, site) -> rate == 0
                ? Dropout.NONE
                : new Dropout(
                        (float) rate,
                        LongStream.of(samples)
                                .mapToInt(sample -> draws.dropoutKey(step, sample, site))
                                .toArray());
    }

    /**
     * The dropout of one place of the network.
     *
     * @param rate probability of a drop
     * @param batch B
     * @param site number of the place, counted through the network
     */
    Dropout at(double rate, int batch, int site);
}
