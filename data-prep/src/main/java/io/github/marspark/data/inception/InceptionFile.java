package io.github.marspark.data.inception;

import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.data.weights.WeightFingerprint;
import io.github.marspark.model.inception.InceptionNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The weights of the Inception network of 2015, checked when they were imported, as one file of safetensors. */
public final class InceptionFile {
    /** Name of the file in its folder. */
    public static final String NAME = "inception.safetensors";

    private static final String FINGERPRINT = "fingerprint";

    private final INDArray values;
    private final String fingerprint;

    /**
     * Weights.
     *
     * @param values all, as {@link InceptionNetwork#layout} places them
     */
    public InceptionFile(INDArray values) {
        this.values = values;
        this.fingerprint = WeightFingerprint.of(weights());
    }

    private NetworkWeights weights() {
        return new NetworkWeights("the Inception network", InceptionNetwork.layout(), values);
    }

    /** All weights, as {@link InceptionNetwork#layout} places them; not a copy. */
    public INDArray values() {
        return values;
    }

    /** 64 hexadecimal digits that no other weights have. */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * Writes it.
     *
     * @param stream what receives the file, left open
     * @throws IOException if the stream fails
     */
    public void write(OutputStream stream) throws IOException {
        SafeTensors.write(stream, weights(), Map.of(FINGERPRINT, fingerprint));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file a local file
     * @throws UncheckedIOException naming the file, if it is missing, damaged or altered
     */
    public static InceptionFile read(Path file) {
        try (SafeTensors tensors = SafeTensors.open(file)) {
            InceptionFile read = new InceptionFile(NetworkWeights.read(tensors, InceptionNetwork.layout()));
            if (!read.fingerprint.equals(tensors.metadata().get(FINGERPRINT))) {
                throw refusal(file, "its fingerprint is that of other weights, so that it was altered");
            }
            return read;
        } catch (IllegalArgumentException otherTensors) {
            throw refusal(file, String.valueOf(otherTensors.getMessage()));
        }
    }

    private static UncheckedIOException refusal(Path file, String problem) {
        return new UncheckedIOException(
                "%s is no Inception network that can be used: %s; ./mar import-features writes one"
                        .formatted(file, problem),
                new IOException(problem));
    }
}
