package io.github.marspark.jobs.images;

import io.github.marspark.data.latent.LatentHeader;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One image of a collection as its listing knows it; a view of a row, since rows are what travels.
 *
 * @param id path relative to the collection's root, or the container's, a number sign and the member's name
 * @param path address of the file that holds it
 * @param offset where it begins in the file, in bytes
 * @param length of the image, in bytes
 * @param modified when the file was changed last, in milliseconds since 1970, or another number that changes
 *     with the file
 * @param label class index, or {@link LatentHeader#UNLABELLED}
 * @param problem why it cannot be used, as the listing knows already; null if it may well be usable
 * @param content its bytes, null if they are to be read from the path
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record SourceImage(
        String id,
        String path,
        long offset,
        long length,
        long modified,
        int label,
        @Nullable String problem,
        byte @Nullable [] content) {
    /** The columns of a listing. */
    public static final StructType SCHEMA = new StructType(new StructField[] {
        DataTypes.createStructField("id", DataTypes.StringType, false),
        DataTypes.createStructField("path", DataTypes.StringType, false),
        DataTypes.createStructField("offset", DataTypes.LongType, false),
        DataTypes.createStructField("length", DataTypes.LongType, false),
        DataTypes.createStructField("modified", DataTypes.LongType, false),
        DataTypes.createStructField("label", DataTypes.IntegerType, false),
        DataTypes.createStructField("problem", DataTypes.StringType, true),
        DataTypes.createStructField("content", DataTypes.BinaryType, true)
    });

    public static SourceImage of(Row row) {
        return new SourceImage(
                row.getString(0),
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                row.getInt(5),
                row.isNullAt(6) ? null : row.getString(6),
                row.isNullAt(7) ? null : (byte[]) row.get(7));
    }

    /** Without the schema that a row of a data frame drags along. */
    public Row toRow() {
        return RowFactory.create(id, path, offset, length, modified, label, problem, content);
    }

    /** The same image, its bytes at hand. */
    SourceImage withContent(byte[] bytes) {
        return new SourceImage(id, path, offset, bytes.length, modified, label, problem, bytes);
    }

    /** The same image with a label. */
    SourceImage withLabel(int known) {
        return new SourceImage(id, path, offset, length, modified, known, problem, content);
    }

    /** The same image, found to be unusable. */
    SourceImage withProblem(String found) {
        return new SourceImage(id, path, offset, length, modified, label, found, null);
    }

    /** The name of its class, null without a label. */
    @Nullable
    public String labelName(List<String> classNames) {
        return label == LatentHeader.UNLABELLED ? null : classNames.get(label);
    }
}
