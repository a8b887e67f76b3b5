package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.ParameterSpec;
import java.util.List;

/**
 * A layer whose output is shown.
 *
 * @param name what it is called
 * @param layer what it does
 */
record Stage(String name, Layer layer) implements Layer {
    @Override
    public Form output(Form input) {
        return layer.output(input);
    }

    @Override
    public void declare(Form input, List<ParameterSpec> specs) {
        layer.declare(input, specs);
    }

    @Override
    public void compute(Inference inference, FeatureMap input, FeatureMap output) {
        layer.compute(inference, input, output);
        inference.observer().computed(name, output.values());
    }
}
