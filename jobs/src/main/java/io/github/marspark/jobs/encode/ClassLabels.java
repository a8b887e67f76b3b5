package io.github.marspark.jobs.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the labels of a collection stand for.
 *
 * @param names of the classes, in the order of their labels
 */
record ClassLabels(List<String> names) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** An object of each name and its label. */
    String toJson() {
        Map<String, Integer> labels = new LinkedHashMap<>();
        names.forEach(name -> labels.put(name, labels.size()));
        try {
            return JSON.writeValueAsString(labels) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("names of classes do not fit JSON", impossible);
        }
    }
}
