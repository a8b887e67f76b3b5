package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Dropout;

/** The keys from which the network's dropout masks come. */
@FunctionalInterface
public interface DropoutKeys {
    /** Drops nothing: for sampling and evaluation. */
    DropoutKeys NONE = (rate, batch, site) -> Dropout.NONE;

    /**
     * The dropout of one place of the network.
     *
     * @param rate probability of a drop
     * @param batch B
     * @param site number of the place, counted through the network
     */
    Dropout at(double rate, int batch, int site);
}
