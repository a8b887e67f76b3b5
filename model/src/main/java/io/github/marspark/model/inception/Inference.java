package io.github.marspark.model.inception;

import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import java.util.Map;
import java.util.Objects;

/**
 * What layers compute with.
 *
 * @param kernels that compute
 * @param units weight and bias of each unit by name
 * @param observer sees the output of every stage
 */
record Inference(Kernels kernels, Map<String, Folded> units, Tape.Observer observer) {
    /**
     * A convolution with the normalisation behind it in one.
     *
     * @param weight {@code (O, C k k')}
     * @param bias {@code (1, O)}
     */
    record Folded(Matrix weight, Matrix bias) {}

    Folded unit(String name) {
        return Objects.requireNonNull(units.get(name), name);
    }

    FeatureMap allocate(Form form) {
        return new FeatureMap(form, kernels.allocate(form.pixels(), form.channels()));
    }

    void release(FeatureMap map) {
        kernels.release(map.values());
    }
}
