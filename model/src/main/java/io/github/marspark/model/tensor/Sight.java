package io.github.marspark.model.tensor;

/** Which of a sample's keys a query of attention sees. */
public enum Sight {
    /** All of them. */
    ALL,
    /** Those up to its own: query t of T the keys {@code 0 … t}; there must be as many keys as queries. */
    UP_TO_ITSELF
}
