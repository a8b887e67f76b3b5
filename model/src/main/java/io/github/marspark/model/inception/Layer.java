package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.ParameterSpec;
import java.util.List;

/** A part of the network: what it makes of the form of its input, which parameters it has, and what it computes. */
interface Layer {
    /** The form of the output. */
    Form output(Form input);

    /** Adds the layer's parameters, in the order of checkpoints. */
    void declare(Form input, List<ParameterSpec> specs);

    /**
     * Computes the output.
     *
     * @param input without gaps between its rows
     * @param output receives the values; of the form that {@link #output(Form)} says
     */
    void compute(Inference inference, FeatureMap input, FeatureMap output);
}
