package io.github.marspark.jobs.exchange;

/** Where a rank's gradient comes from, if it is not computed in the vector that the exchange reads. */
@FunctionalInterface
public interface GradientSource {
    /** It is computed there. */
    GradientSource NONE = (from, length) -> {};

    /**
     * Brings a part to the vector; called once for each part of a step, before it is sent or added to.
     *
     * @param from first index
     * @param length how many values
     */
    void fetch(long from, int length);
}
