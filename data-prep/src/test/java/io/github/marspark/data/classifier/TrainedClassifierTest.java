package io.github.marspark.data.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.model.classifier.ClassifierConfig;
import io.github.marspark.model.classifier.ClassifierParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainedClassifierTest {
    private static final ClassifierConfig CONFIG = new ClassifierConfig(8, 3, 8, 2);
    private static final ClassifierDescription DESCRIPTION = new ClassifierDescription(
            CONFIG, List.of("a \"quoted\" name", "größer, and a comma"), 100, 0.875, "c".repeat(64));

    @TempDir
    Path folder;

    private static INDArray values() {
        Parameters parameters = Parameters.zeros(ClassifierParameters.layout(CONFIG));
        parameters.initialize(new Draws(1));
        return parameters.values();
    }

    private Path written() throws IOException {
        Path file = folder.resolve(TrainedClassifier.FILE);
        try (OutputStream stream = Files.newOutputStream(file)) {
            new TrainedClassifier(DESCRIPTION, values()).write(stream);
        }
        return file;
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        TrainedClassifier read = TrainedClassifier.read(written());
        assertThat(read.description()).isEqualTo(DESCRIPTION);
        TrainedClassifier same = new TrainedClassifier(DESCRIPTION, values());
        assertThat(read.fingerprint()).isEqualTo(same.fingerprint()).hasSize(64);
        CpuKernels kernels = new CpuKernels(new Threads(1));
        float[] pixels = new float[CONFIG.imageValues()];
        assertThat(read.network().evaluate(kernels, pixels).logits())
                .isEqualTo(same.network().evaluate(kernels, pixels).logits());
    }

    @Test
    void anotherFormatAnAlteredDescriptionAndOtherTensorsAreRefused() throws IOException {
        Map<String, String> metadata;
        try (SafeTensors tensors = SafeTensors.open(written())) {
            metadata = new TreeMap<>(tensors.metadata());
        }
        assertRefusal(
                metadata, "held-out-accuracy", "0.99", "its fingerprint is that of another, so that it was altered");
        assertRefusal(
                metadata, "format", "classifier-9", "its format is classifier-9, this program reads classifier-1");
        assertRefusal(metadata, "width", "many", "its description cannot be: For input string: \"many\"");
        assertRefusal(
                metadata,
                "held-out-accuracy",
                "1.5",
                "its description cannot be: heldOutAccuracy is 1.5, must be in 0 … 1");
        Map<String, String> without = new TreeMap<>(metadata);
        without.remove("classes");
        assertRefusal(without, "its description cannot be: classes is missing");
    }

    private void assertRefusal(Map<String, String> metadata, String key, String value, String problem) {
        Map<String, String> altered = new TreeMap<>(metadata);
        altered.put(key, value);
        assertRefusal(altered, problem);
    }

    private void assertRefusal(Map<String, String> metadata, String problem) {
        Path file = folder.resolve("altered.safetensors");
        ParameterLayout layout = ClassifierParameters.layout(CONFIG);
        SafeTensors.write(file, new NetworkWeights("altered", layout, values()), metadata);
        assertThatThrownBy(() -> TrainedClassifier.read(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(
                        "%s is no classifier that can be used: %s; ./mar train-classifier writes one", file, problem);
    }
}
