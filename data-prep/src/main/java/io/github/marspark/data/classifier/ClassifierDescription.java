package io.github.marspark.data.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.model.classifier.ClassifierConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is known of a trained classifier.
 *
 * @param config its sizes
 * @param classes names in the order of their labels
 * @param heldOut images that it was not trained on
 * @param heldOutAccuracy share of them that it takes for what they are
 * @param collection fingerprint of the ids and labels of the images that it was trained on
 */
public record ClassifierDescription(
        ClassifierConfig config, List<String> classes, int heldOut, double heldOutAccuracy, String collection) {
    static final String FINGERPRINT = "fingerprint";

    private static final String FORMAT = "classifier-1";
    private static final JsonMapper JSON = new JsonMapper();

    /** Checks each component. */
    public ClassifierDescription {
        classes = List.copyOf(classes);
        if (classes.size() != config.classes()) {
            throw new IllegalArgumentException(
                    "classes are " + classes.size() + ", must be the " + config.classes() + " of the network");
        }
        if (!(heldOutAccuracy >= 0 && heldOutAccuracy <= 1)) {
            throw new IllegalArgumentException("heldOutAccuracy is " + heldOutAccuracy + ", must be in 0 … 1");
        }
    }

    private Map<String, String> values() {
        try {
            return new TreeMap<>(Map.of(
                    "format", FORMAT,
                    "resolution", Integer.toString(config.resolution()),
                    "image-channels", Integer.toString(config.imageChannels()),
                    "width", Integer.toString(config.width()),
                    "classes", JSON.writeValueAsString(classes),
                    "held-out", Integer.toString(heldOut),
                    "held-out-accuracy", Double.toString(heldOutAccuracy),
                    "collection", collection));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("names do not fit JSON", impossible);
        }
    }

    /** A name for all of this and the weights. */
    String fingerprint(String weights) {
        String described = values().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining("", "", weights));
        return Sha256.of(described.getBytes(StandardCharsets.UTF_8));
    }

    Map<String, String> toMetadata(String fingerprint) {
        Map<String, String> metadata = values();
        metadata.put(FINGERPRINT, fingerprint);
        return metadata;
    }

    /** Reads {@link #toMetadata}. */
    static ClassifierDescription of(Path file, Map<String, String> metadata) {
        String format = metadata.getOrDefault("format", "not noted");
        if (!format.equals(FORMAT)) {
            throw refusal(file, "its format is " + format + ", this program reads " + FORMAT);
        }
        try {
            List<String> classes = JSON.readValue(text(metadata, "classes"), new TypeReference<>() {});
            ClassifierConfig config = new ClassifierConfig(
                    Integer.parseInt(text(metadata, "resolution")),
                    Integer.parseInt(text(metadata, "image-channels")),
                    Integer.parseInt(text(metadata, "width")),
                    classes.size());
            return new ClassifierDescription(
                    config,
                    classes,
                    Integer.parseInt(text(metadata, "held-out")),
                    Double.parseDouble(text(metadata, "held-out-accuracy")),
                    text(metadata, "collection"));
        } catch (JsonProcessingException | IllegalArgumentException malformed) {
            throw refusal(file, "its description cannot be: " + malformed.getMessage());
        }
    }

    private static String text(Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    static UncheckedIOException refusal(Path file, String problem) {
        return new UncheckedIOException(
                "%s is no classifier that can be used: %s; ./mar train-classifier writes one".formatted(file, problem),
                new IOException(problem));
    }
}
