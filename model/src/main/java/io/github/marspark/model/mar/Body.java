package io.github.marspark.model.mar;

import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/**
 * What the transformer of a network says about tokens that are not known: the condition z of each. Legend as in
 * {@link MarNetwork}.
 */
public interface Body {
    /**
     * The tokens that a batch predicts, and in what order.
     *
     * @return {@code (R)}, numbers of tokens {@code b L + l}, as many of each sample, sample after sample
     */
    int[] targets(Masking masking);

    /**
     * The conditions of tokens.
     *
     * @param tokens {@code (B L, D)}; what is hidden from a token has any value
     * @param labels {@code (B)}, class of each sample, or -1 for the learned vector of no class
     * @param targets {@link #targets}
     * @return z, {@code (R, F)}
     */
    Variable conditions(Tape tape, float[] tokens, int[] labels, Masking masking, int[] targets, DropoutKeys dropout);

    /** What is said iteration after iteration while images are generated. */
    GenerationConditions generation(Kernels kernels);
}
