package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.ParameterSpec;
import java.util.List;

/**
 * Layers that see the same input and whose channels are put one behind another.
 *
 * @param branches at least one, which make images of the same size
 */
record Branches(List<Layer> branches) implements Layer {
    static Branches of(Layer... branches) {
        return new Branches(List.of(branches));
    }

    @Override
    public Form output(Form input) {
        int channels = branches.stream()
                .mapToInt(branch -> branch.output(input).channels())
                .sum();
        return branches.get(0).output(input).withChannels(channels);
    }

    @Override
    public void declare(Form input, List<ParameterSpec> specs) {
        branches.forEach(branch -> branch.declare(input, specs));
    }

    @Override
    public void compute(Inference inference, FeatureMap input, FeatureMap output) {
        int from = 0;
        for (Layer branch : branches) {
            int to = from + branch.output(input.form()).channels();
            branch.compute(inference, input, output.channels(from, to));
            from = to;
        }
    }
}
