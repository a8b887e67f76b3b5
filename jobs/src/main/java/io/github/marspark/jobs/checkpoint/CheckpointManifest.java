package io.github.marspark.jobs.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.marspark.data.tokenizer.TokenizerIdentity;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What a checkpoint says about itself.
 *
 * @param format version of this form, 1
 * @param step number of steps done, which is also the position in the data: the next step's batch follows from it
 * @param program version of the program that wrote it
 * @param recipe every key of the recipe, in HOCON
 * @param data what was trained on
 * @param layout the parameter arrays in their order
 * @param shards the files
 */
public record CheckpointManifest(
        int format, long step, String program, String recipe, Data data, List<Array> layout, List<Shard> shards) {
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
    public record Array(String name, List<Integer> shape) {}

    /**
     * A file.
     *
     * @param file name in the checkpoint's folder
     * @param from index of its first parameter in the flat vector
     * @param to index behind its last
     * @param bytes its length
     * @param sha256 of its bytes, in hexadecimal digits
     */
    public record Shard(String file, long from, long to, long bytes, String sha256) {}

    /** Copies the lists. */
    public CheckpointManifest {
        layout = List.copyOf(layout);
        shards = List.copyOf(shards);
        if (format != FORMAT) {
            throw new IllegalArgumentException("format is %d, this program reads %d; use the program that wrote it: %s"
                    .formatted(format, FORMAT, program));
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
     * @param shards the files
     * @return the manifest
     */
    public static CheckpointManifest of(
            long step, String program, String recipe, Data data, ParameterLayout layout, List<Shard> shards) {
        return new CheckpointManifest(FORMAT, step, program, recipe, data, arrays(layout), shards);
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
        return shards.get(shards.size() - 1).to();
    }

    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest cannot be written as JSON", e);
        }
    }

    static CheckpointManifest parse(byte[] json) throws IOException {
        return JSON.readValue(json, CheckpointManifest.class);
    }
}
