package io.github.marspark.data.classifier;

import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.data.weights.WeightFingerprint;
import io.github.marspark.model.classifier.Classifier;
import io.github.marspark.model.classifier.ClassifierConfig;
import io.github.marspark.model.classifier.ClassifierParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A classifier and what is known of it. On disk it is one file of safetensors, whose metadata is the description, so that
 * weights and description are never of two trainings.
 */
public final class TrainedClassifier {
    /** Name of the file in a classifier's folder. */
    public static final String FILE = "classifier.safetensors";

    private final ClassifierDescription description;
    private final INDArray values;
    private final String weights;

    /**
     * A classifier of given weights.
     *
     * @param description what is known of it
     * @param values all parameters, {@link ClassifierParameters#layout} says where
     * @throws IllegalArgumentException if there are more or fewer values
     */
    public TrainedClassifier(ClassifierDescription description, INDArray values) {
        this.description = description;
        this.values = values;
        this.weights = WeightFingerprint.of(weights());
    }

    private static ParameterLayout layout(ClassifierConfig config) {
        return ClassifierParameters.layout(config);
    }

    private NetworkWeights weights() {
        return new NetworkWeights("the classifier", layout(description.config()), values);
    }

    /** What is known of it. */
    public ClassifierDescription description() {
        return description;
    }

    /** 64 hexadecimal digits that no other weights, classes or sizes have. */
    public String fingerprint() {
        return description.fingerprint(weights);
    }

    /** The network, to be used by one thread at a time. */
    public Classifier network() {
        Parameters parameters = new Parameters(layout(description.config()), values, values);
        return new Classifier(description.config(), parameters::variable);
    }

    /**
     * Writes it.
     *
     * @param stream what receives the file, left open
     * @throws IOException if the stream fails
     */
    public void write(OutputStream stream) throws IOException {
        SafeTensors.write(stream, weights(), description.toMetadata(fingerprint()));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file a local file
     * @throws UncheckedIOException naming the file, if it is missing, damaged, no classifier or altered
     */
    public static TrainedClassifier read(Path file) {
        try (SafeTensors tensors = SafeTensors.open(file)) {
            Map<String, String> metadata = tensors.metadata();
            ClassifierDescription description = ClassifierDescription.of(file, metadata);
            INDArray values = NetworkWeights.read(tensors, layout(description.config()));
            TrainedClassifier classifier = new TrainedClassifier(description, values);
            if (!classifier.fingerprint().equals(metadata.get(ClassifierDescription.FINGERPRINT))) {
                throw ClassifierDescription.refusal(file, "its fingerprint is that of another, so that it was altered");
            }
            return classifier;
        } catch (IllegalArgumentException otherTensors) {
            throw ClassifierDescription.refusal(file, String.valueOf(otherTensors.getMessage()));
        }
    }
}
