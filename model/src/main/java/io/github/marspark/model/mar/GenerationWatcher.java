package io.github.marspark.model.mar;

/** Sees images come to be, token set after token set. */
@FunctionalInterface
public interface GenerationWatcher {
    /** Looks away. */
    GenerationWatcher NONE = (iterations, values, known) -> {};

    /** The transformer has done its part of an iteration, and the head begins with its own. */
    default void conditionsKnown() {}

    /**
     * An iteration is done.
     *
     * @param iterations that are done, from 1
     * @param values tokens {@code (B L, D)}, those that are not drawn yet undefined; not to be kept or changed
     * @param known whether each token is drawn, {@code (B L)}
     */
    void see(int iterations, float[] values, boolean[] known);
}
