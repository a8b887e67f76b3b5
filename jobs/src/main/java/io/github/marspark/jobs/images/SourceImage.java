package io.github.marspark.jobs.images;

import io.github.marspark.data.image.RejectReason;
import io.github.marspark.data.latent.LatentHeader;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
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
 * @param word its label where that is no number yet, null where it is, or where there is none
 * @param trouble why it cannot be used, as the listing knows already; null if it may well be usable
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
        @Nullable String word,
        @Nullable Trouble trouble,
        byte @Nullable [] content) {
    /** Column of class indices. */
    public static final String LABEL = "label";

    /** Column of bytes that were not read, of files of many images. */
    public static final String UNREAD = "unread";

    static final String WORD = "word";
    static final String REASON = "reason";

    /** The columns of a listing. */
    public static final StructType SCHEMA = new StructType(new StructField[] {
        DataTypes.createStructField("id", DataTypes.StringType, false),
        DataTypes.createStructField("path", DataTypes.StringType, false),
        DataTypes.createStructField("offset", DataTypes.LongType, false),
        DataTypes.createStructField("length", DataTypes.LongType, false),
        DataTypes.createStructField("modified", DataTypes.LongType, false),
        DataTypes.createStructField(LABEL, DataTypes.IntegerType, false),
        DataTypes.createStructField(WORD, DataTypes.StringType, true),
        DataTypes.createStructField(REASON, DataTypes.StringType, true),
        DataTypes.createStructField("problem", DataTypes.StringType, true),
        DataTypes.createStructField(UNREAD, DataTypes.LongType, true),
        DataTypes.createStructField("content", DataTypes.BinaryType, true)
    });

    private static final String NOTE = "NOTE";
    private static final Column IS_NOTE =
            functions.coalesce(functions.col(REASON).equalTo(NOTE), functions.lit(false));

    /** A whole file without a label. */
    static SourceImage file(String id, String path, long length, long modified) {
        return new SourceImage(id, path, 0, length, modified, LatentHeader.UNLABELLED, null, null, null);
    }

    public static SourceImage of(Row row) {
        return new SourceImage(
                row.getString(0),
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                row.getInt(5),
                row.isNullAt(6) ? null : row.getString(6),
                row.isNullAt(8) ? null : trouble(row),
                row.isNullAt(10) ? null : (byte[]) row.get(10));
    }

    private static Trouble trouble(Row row) {
        String reason = row.getString(7);
        return new Trouble(
                reason.equals(NOTE) ? null : RejectReason.valueOf(reason),
                row.getString(8),
                row.isNullAt(9) ? null : row.getLong(9));
    }

    /** Without the schema that a row of a data frame drags along. */
    public Row toRow() {
        Trouble found = trouble;
        RejectReason reason = found == null ? null : found.reason();
        return RowFactory.create(
                id,
                path,
                offset,
                length,
                modified,
                label,
                word,
                found == null ? null : reason == null ? NOTE : reason.name(),
                found == null ? null : found.detail(),
                found == null ? null : found.unread(),
                content);
    }

    /** The rows of a listing that are images or rejects. */
    static Dataset<Row> images(Dataset<Row> listed) {
        return listed.where(functions.not(IS_NOTE));
    }

    /** The rows of a listing that only tell something. */
    public static Dataset<Row> notes(Dataset<Row> listed) {
        return listed.where(IS_NOTE);
    }

    /** Whether it is no image, but tells something of the collection. */
    boolean isNote() {
        return trouble != null && trouble.reason() == null;
    }

    /** What is wrong with it or to be told of it, after its path. */
    public String told() {
        return trouble == null ? path : path + " " + trouble.detail();
    }

    /** The same image, its bytes at hand. */
    SourceImage withContent(byte[] bytes) {
        return new SourceImage(id, path, offset, bytes.length, modified, label, word, trouble, bytes);
    }

    /** The same image with a label. */
    SourceImage withLabel(int known, @Nullable String text) {
        return new SourceImage(id, path, offset, length, modified, known, text, trouble, content);
    }

    /** The same image, found to be unusable, or the same file with something to tell. */
    SourceImage withTrouble(Trouble found) {
        return new SourceImage(id, path, offset, length, modified, label, word, found, null);
    }

    /** The same file of many images, of which none can be read. */
    Iterator<SourceImage> damaged(String words) {
        return List.of(withTrouble(Trouble.damaged(words, length))).iterator();
    }

    /** The name of its class, null without a label. */
    @Nullable
    public String labelName(List<String> classNames) {
        return label == LatentHeader.UNLABELLED ? null : classNames.get(label);
    }
}
