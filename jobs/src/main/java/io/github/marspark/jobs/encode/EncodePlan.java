package io.github.marspark.jobs.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that the bytes of a folder of latents depend on, by name; kept in the folder so that another run goes on with it
 * only if nothing has changed.
 *
 * @param facts in the order in which differences are named
 */
record EncodePlan(Map<String, String> facts) {
    private static final int SHOWN = 60;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    EncodePlan {
        facts = new LinkedHashMap<>(facts);
    }

    String toJson() {
        return json(facts) + "\n";
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException("a plan does not fit JSON", impossible);
        }
    }

    /**
     * Reads a plan.
     *
     * @param json what {@link #toJson} gave
     * @param where names the file in messages
     * @throws IllegalStateException if it is damaged
     */
    static EncodePlan fromJson(String json, String where) {
        try {
            return new EncodePlan(JSON.readValue(json, new TypeReference<LinkedHashMap<String, String>>() {}));
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException(where + " is damaged; delete the folder and encode again", damaged);
        }
    }

    /**
     * Lets a run go on with a folder only if it would write the same.
     *
     * @param folder names it in the message
     * @param kept the folder's plan
     * @throws IllegalStateException naming each difference
     */
    void requireSame(String folder, EncodePlan kept) {
        List<String> differences = new ArrayList<>();
        facts.forEach((name, value) -> {
            String other = kept.facts.getOrDefault(name, "not known");
            if (!other.equals(value)) {
                differences.add("%s is %s, the folder holds latents of %s".formatted(name, shown(value), shown(other)));
            }
        });
        if (!differences.isEmpty()) {
            throw new IllegalStateException(
                    "%s was written by another run: %s; choose another folder with latents=… or delete this one"
                            .formatted(folder, String.join("; ", differences)));
        }
    }

    private static String shown(String value) {
        return value.length() <= SHOWN ? value : value.substring(0, SHOWN - 1) + "…";
    }
}
