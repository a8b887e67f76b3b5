package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.ParameterSpec;
import java.util.List;

/**
 * Layers one after another.
 *
 * @param layers at least one
 */
record Sequence(List<Layer> layers) implements Layer {
    static Sequence of(Layer... layers) {
        return new Sequence(List.of(layers));
    }

    @Override
    public Form output(Form input) {
        Form form = input;
        for (Layer layer : layers) {
            form = layer.output(form);
        }
        return form;
    }

    @Override
    public void declare(Form input, List<ParameterSpec> specs) {
        Form form = input;
        for (Layer layer : layers) {
            layer.declare(form, specs);
            form = layer.output(form);
        }
    }

    @Override
    public void compute(Inference inference, FeatureMap input, FeatureMap output) {
        FeatureMap map = input;
        for (int i = 0; i < layers.size(); i++) {
            boolean isLast = i == layers.size() - 1;
            Layer layer = layers.get(i);
            FeatureMap next = isLast ? output : inference.allocate(layer.output(map.form()));
            layer.compute(inference, map, next);
            if (i > 0) {
                inference.release(map);
            }
            map = next;
        }
    }
}
