package io.github.marspark.jobs.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.github.marspark.data.tokenizer.TokenizerIdentity;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a checkpoint says about itself.
 *
 * @param format version of this form, 1
 * @param step number of steps done, which is also the position in the data: the next step's batch follows from it
 * @param program version of the program that wrote it
 * @param recipe every key of the recipe, in HOCON
 * @param data what was trained on
 * @param layout the parameter arrays in their order
 * @param parts the files, in the order of the flat vector, which they cover; {@code shards} in the JSON
 * @param averageIsParameters whether no moving average was kept, and the parameters stand for it; in the JSON only if so
 */
@JsonPropertyOrder({"format", "step", "program", "recipe", "data", "layout", "shards", "averageIsParameters"})
public record CheckpointManifest(
        int format,
        long step,
        String program,
        String recipe,
        Data data,
        List<Array> layout,
        @JsonProperty("shards") List<CheckpointPart> parts,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean averageIsParameters) {
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * The latents.
     *
     * @param tokenizer fingerprint of the tokenizer that made them
     * @param latentScale factor that the latents were multiplied by
     * @param records how many there are
     * @param fingerprint of their files
     */
    public record Data(String tokenizer, double latentScale, long records, String fingerprint) {
        /**
         * What imported weights have seen.
         *
         * @param tokenizer fingerprint of the tokenizer that they were trained with
         * @param latentScale factor that the latents were multiplied by
         * @return no records
         */
        public static Data ofImport(String tokenizer, double latentScale) {
            return new Data(tokenizer, latentScale, 0, "");
        }

        /**
         * Which tokenizer made the latents.
         *
         * @return to be compared with another
         */
        public TokenizerIdentity tokenizerIdentity() {
            return new TokenizerIdentity(tokenizer, latentScale);
        }

        /**
         * Whether the checkpoint holds weights from elsewhere.
         *
         * @return whether nothing was trained on here
         */
        public boolean areOfAnImport() {
            return records == 0;
        }
    }

    /**
     * A parameter array.
     *
     * @param name as in the reference's checkpoints
     * @param shape its sizes
     */
    public record Array(String name, List<Integer> shape) {
        /** The number of its values. */
        long size() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        }
    }

    /**
     * Copies the lists, and checks that the files hold each parameter once.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public CheckpointManifest {
        layout = List.copyOf(layout);
        parts = List.copyOf(parts);
        requireWhole(parts, layout.stream().mapToLong(Array::size).sum());
    }

    private static void requireWhole(List<CheckpointPart> parts, long parameters) {
        long covered = 0;
        for (CheckpointPart part : parts) {
            if (part.from() != covered) {
                throw new IllegalArgumentException("%s holds the parameters from %d on, the files before it end with %d"
                        .formatted(part.file(), part.from(), covered));
            }
            covered = part.to();
        }
        if (covered != parameters) {
            throw new IllegalArgumentException(
                    "its files hold %d parameters, the arrays have %d".formatted(covered, parameters));
        }
    }

    /**
     * A manifest in today's format.
     *
     * @param step number of steps done
     * @param program version of the program
     * @param recipe every key of the recipe, in HOCON
     * @param data what was trained on
     * @param layout of the parameters
     * @param parts the files
     * @return the manifest
     */
    public static CheckpointManifest of(
            long step, String program, String recipe, Data data, ParameterLayout layout, List<CheckpointPart> parts) {
        return new CheckpointManifest(FORMAT, step, program, recipe, data, arrays(layout), parts, false);
    }

    /** The same of a checkpoint for which no moving average was kept. */
    CheckpointManifest withoutAverage() {
        return new CheckpointManifest(format, step, program, recipe, data, layout, parts, true);
    }

    /**
     * A layout as a manifest holds it.
     *
     * @param layout of the parameters
     * @return names and shapes
     */
    public static List<Array> arrays(ParameterLayout layout) {
        return layout.specs().stream()
                .map(spec -> new Array(
                        spec.name(), Arrays.stream(spec.shape()).boxed().toList()))
                .toList();
    }

    /**
     * Number of parameters.
     *
     * @return P
     */
    public long parameters() {
        return parts.get(parts.size() - 1).to();
    }

    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest cannot be written as JSON", e);
        }
    }

    /**
     * Reads what {@link #toJson} of this or another program wrote.
     *
     * @param json whose checksum is right
     * @param where names the file in messages
     * @throws CheckpointFormatException if it is of a form that this program does not know
     * @throws CheckpointException if it is no manifest
     */
    static CheckpointManifest parse(byte[] json, String where) {
        try {
            JsonNode tree = JSON.readTree(json);
            requireFormat(tree, where);
            return JSON.treeToValue(tree, CheckpointManifest.class);
        } catch (ValueInstantiationException contradiction) {
            Throwable reason = Objects.requireNonNullElse(contradiction.getCause(), contradiction);
            throw new CheckpointException(
                    "%s contradicts itself: %s".formatted(where, reason.getMessage()), contradiction);
        } catch (IOException e) {
            throw new CheckpointException(where + " is no manifest of a checkpoint: " + e.getMessage(), e);
        }
    }

    private static void requireFormat(JsonNode tree, String where) {
        int format = tree.path("format").asInt();
        if (format > FORMAT) {
            throw new CheckpointFormatException(
                    "%s is of format %d, written by mar-spark %s, and this program reads format %d; use that program, or another folder with checkpoints=…"
                            .formatted(where, format, tree.path("program").asText("of an unknown version"), FORMAT));
        }
        if (format < FORMAT) {
            throw new CheckpointException("%s has the format %s, must be %d"
                    .formatted(where, tree.path("format").asText("of nothing"), FORMAT));
        }
    }
}
