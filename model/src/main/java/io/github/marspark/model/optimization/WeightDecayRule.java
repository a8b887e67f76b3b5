package io.github.marspark.model.optimization;

/** Whether weight decay shrinks a parameter. */
public enum WeightDecayRule {
    /** Shrunk each step: matrices and tables outside of the diffusion head. */
    DECAYED,
    /** Left alone: vectors, biases, and the whole diffusion head. */
    EXEMPT;

    /**
     * The reference's rule.
     *
     * @param name the parameter's name in the reference
     * @param dimensions rank of its shape there
     * @return {@link #EXEMPT} for one dimension, names ending in {@code .bias} and names containing {@code diffloss}
     */
    public static WeightDecayRule of(String name, int dimensions) {
        return dimensions == 1 || name.endsWith(".bias") || name.contains("diffloss") ? EXEMPT : DECAYED;
    }
}
