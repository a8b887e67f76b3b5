package io.github.marspark.jobs.images;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a Parquet file before its rows are listed; a view of a row, since rows are what travels.
 *
 * @param source the file
 * @param layout how its columns are to be read, null if they are not
 * @param columns names and types of its columns
 * @param refusal why the recipe does not fit it, null if it does
 */
record ParquetFile(
        SourceImage source,
        @Nullable Layout layout,
        String columns,
        @Nullable String refusal) {
    static final Pattern PARTITION = Pattern.compile("(?:^|/)([^/=]+)=([^/]*)(?=/)");

    /**
     * How files of one kind are read.
     *
     * @param image column of the images
     * @param struct whether it is a struct with bytes
     * @param label column of the labels, empty if there is none
     * @param labelType as Spark names it, empty without a column
     * @param partition name before the equals sign of the folders that say the label, empty if a column does
     */
    record Layout(String image, boolean struct, String label, String labelType, String partition) {}

    /** What its folder says of a label, as it is written there. */
    Stream<String> partitionValues() {
        return PARTITION
                .matcher(source.id())
                .results()
                .filter(found -> layout != null && found.group(1).equals(layout.partition()))
                .map(found -> found.group(2));
    }

    static ParquetFile of(Row row) {
        return new ParquetFile(
                SourceImage.of(row.getStruct(0)),
                row.isNullAt(1)
                        ? null
                        : new Layout(
                                row.getString(1),
                                row.getBoolean(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5)),
                row.getString(6),
                row.getString(7));
    }

    Row toRow() {
        return RowFactory.create(
                source.toRow(),
                layout == null ? null : layout.image(),
                layout != null && layout.struct(),
                layout == null ? null : layout.label(),
                layout == null ? null : layout.labelType(),
                layout == null ? null : layout.partition(),
                columns,
                refusal);
    }
}
