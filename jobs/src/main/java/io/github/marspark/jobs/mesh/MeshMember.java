package io.github.marspark.jobs.mesh;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What an executor says about itself before it trains by DL4J's gradient sharing.
 *
 * @param executor Spark's number of it
 * @param host Spark's name of its machine
 * @param address under which the mesh knows it, without port
 * @param problem why it cannot take part, empty if it can
 */
record MeshMember(
        @JsonProperty("executor") String executor,
        @JsonProperty("host") String host,
        @JsonProperty("address") String address,
        @JsonProperty("problem") String problem) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static MeshMember parse(String json) {
        try {
            return JSON.readValue(json, MeshMember.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an executor describes itself by no JSON: " + json, e);
        }
    }

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an executor's description cannot be written as JSON", e);
        }
    }

    @Override
    public String toString() {
        return "executor %s on %s".formatted(executor, host);
    }
}
