package io.github.marspark.jobs.encode;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.model.autoencoder.CodeUsage;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.types.StructType;

/**
 * What was written for one latent file; the report's file is there when the file is complete.
 *
 * @param file name of the latent file
 * @param images that were listed for it
 * @param records that it holds
 * @param bytes its length
 * @param sha256 of its bytes, 64 hexadecimal digits
 * @param clampedValues moments that did not fit the number type
 * @param labels how many records each label has, in the order of the labels
 * @param rejects the images that it does not hold
 * @param codes how often each code of a quantised tokenizer occurs, in the order of their ids; none of a report that is older
 */
record LatentFileReport(
        String file,
        long images,
        long records,
        long bytes,
        String sha256,
        long clampedValues,
        List<LabelCount> labels,
        List<Reject> rejects,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<CodeCount> codes) {
    /** The columns that Spark reads of the reports. */
    static final StructType SCHEMA = StructType.fromDDL("""
            file STRING, images BIGINT, records BIGINT, bytes BIGINT, sha256 STRING, clampedValues BIGINT,
            labels ARRAY<STRUCT<label: INT, records: BIGINT>>,
            rejects ARRAY<STRUCT<id: STRING, path: STRING, reason: STRING, detail: STRING>>,
            codes ARRAY<STRUCT<id: INT, places: BIGINT>>""");

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * How often a label occurs.
     *
     * @param label class index, or -1
     * @param records that have it
     */
    record LabelCount(int label, long records) {}

    /**
     * How often a code occurs in images as they are, not mirrored.
     *
     * @param id of the code
     * @param places that it is nearest to
     */
    record CodeCount(int id, long places) {
        static List<CodeCount> of(CodeUsage usage) {
            long[] counts = usage.counts();
            return IntStream.range(0, counts.length)
                    .filter(id -> counts[id] > 0)
                    .mapToObj(id -> new CodeCount(id, counts[id]))
                    .toList();
        }
    }

    /**
     * An image that was not used.
     *
     * @param id its identity in the collection
     * @param path where it is
     * @param reason a constant
     * @param detail what was found, to be read after the path
     */
    record Reject(String id, String path, String reason, String detail) {}

    /**
     * Reads a report.
     *
     * @param json what {@link #toJson} gave
     * @param where names the file in messages
     * @throws IllegalStateException if it is damaged
     */
    static LatentFileReport fromJson(String json, String where) {
        try {
            return JSON.readValue(json, LatentFileReport.class);
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException(where + " is damaged; delete it and encode again", damaged);
        }
    }

    /** On one line, as Spark reads it. */
    String toJson() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException("a report does not fit JSON", impossible);
        }
    }
}
