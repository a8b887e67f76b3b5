package io.github.marspark.model.classifier;

import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import java.util.ArrayList;
import java.util.List;

/** The classifier's parameters: weights normal with variance 2 / inputs, as rectifiers want them, biases 0. */
public final class ClassifierParameters {
    private final List<ParameterSpec> specs = new ArrayList<>();

    private ClassifierParameters() {}

    /** The parameters of a classifier of a size. */
    public static ParameterLayout layout(ClassifierConfig config) {
        ClassifierParameters parameters = new ClassifierParameters();
        int channels = config.imageChannels();
        for (int level = 0; level < config.levels(); level++) {
            parameters.level("level." + level, config.channels(level), channels);
            channels = config.channels(level);
        }
        parameters.norm("norm", channels);
        parameters.weight("features", 2, ClassifierConfig.FEATURES, channels, config.lastSide(), config.lastSide());
        parameters.weight("classes", 1, config.classes(), ClassifierConfig.FEATURES);
        return new ParameterLayout(parameters.specs);
    }

    private void level(String name, int out, int in) {
        weight(name + ".input", 2, out, in, 3, 3);
        norm(name + ".norm", out);
        weight(name + ".branch", 2, out, out, 3, 3);
    }

    private void norm(String name, int channels) {
        add(name + ".weight", Initialization.ONES, channels);
        add(name + ".bias", Initialization.ZEROS, channels);
    }

    private void weight(String name, double gain, int... shape) {
        double inputs = 1;
        for (int i = 1; i < shape.length; i++) {
            inputs *= shape[i];
        }
        add(name + ".weight", Initialization.normal(Math.sqrt(gain / inputs)), shape);
        add(name + ".bias", Initialization.ZEROS, shape[0]);
    }

    private void add(String name, Initialization initialization, int... shape) {
        specs.add(new ParameterSpec(name, shape, initialization));
    }
}
