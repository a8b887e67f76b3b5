package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.github.marspark.data.image.RejectReason;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.LiteralPaths;
import io.github.marspark.jobs.images.ParquetFile.Layout;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Parquet files whose columns are read alike, as a data frame of functions that run on a GPU. Only the columns of images
 * and labels are asked for, whatever others there are. Driver only.
 *
 * @param layout of all of them
 * @param files at least one
 */
record ParquetTable(Layout layout, List<ParquetFile> files) {
    static final String NAME = "name";
    static final String ROW = "row";

    private static final String VALUE = "value";
    private static final String NO_PARTITION = "__HIVE_DEFAULT_PARTITION__";

    /** The rows as they are. */
    Dataset<Row> read(SparkSession spark) {
        return LiteralPaths.reader(spark)
                .schema(schema())
                .option("recursiveFileLookup", true)
                .option("parquet.page.verify-checksum.enabled", true)
                .parquet(files.stream().map(file -> file.source().path()).toArray(String[]::new));
    }

    private StructType schema() {
        DataType image = layout.struct()
                ? new StructType().add(ParquetColumns.BYTES, DataTypes.BinaryType)
                : DataTypes.BinaryType;
        StructType schema = new StructType().add(layout.image(), image);
        return layout.label().isEmpty() ? schema : schema.add(layout.label(), DataType.fromDDL(layout.labelType()));
    }

    /** The bytes of an image. */
    Column bytes() {
        return layout.struct() ? column(layout.image()).getField(ParquetColumns.BYTES) : column(layout.image());
    }

    private static Column column(String name) {
        return col('`' + name.replace("`", "``") + '`');
    }

    /**
     * Something of each row, with the name of its file and its place there. Rows are counted in the order of the parts
     * that the file is read in, and in each part in the order in which they are read.
     */
    static Dataset<Row> numbered(Dataset<Row> table, ParquetFiles files, Column value) {
        Column place = row_number().over(Window.partitionBy("file").orderBy("block", "serial"));
        Dataset<Row> read = table.select(
                input_file_name().as("file"),
                expr("input_file_block_start()").as("block"),
                monotonically_increasing_id().as("serial"),
                value);
        return read.withColumn(ROW, place.minus(1).cast("long"))
                .withColumn(NAME, files.name(col("file")))
                .drop("file", "block", "serial");
    }

    /**
     * The images.
     *
     * @param table what {@link #read} gave
     * @param names of the files
     * @param state changes with the files
     * @return rows of {@link SourceImage#SCHEMA}
     */
    Dataset<Row> images(Dataset<Row> table, ParquetFiles names, long state) {
        Column value = layout.label().isEmpty() ? lit(null).cast("int") : column(layout.label());
        Column problem = problem();
        return numbered(table, names, value.as(VALUE))
                .select(
                        ParquetFiles.id(col(NAME), col(ROW)).as("id"),
                        names.path(col(NAME)).as("path"),
                        col(ROW).as("offset"),
                        lit(0L).as("length"),
                        lit(state).as("modified"),
                        number().as(SourceImage.LABEL),
                        word().as(SourceImage.WORD),
                        when(problem.isNotNull(), lit(RejectReason.AMBIGUOUS.name()))
                                .as(SourceImage.REASON),
                        problem.as("problem"),
                        lit(null).cast("long").as(SourceImage.UNREAD),
                        lit(null).cast("binary").as("content"));
    }

    private boolean isFractional() {
        return layout.labelType().equals("FLOAT") || layout.labelType().equals("DOUBLE");
    }

    private boolean isNamed() {
        return layout.labelType().equals("STRING");
    }

    /** A number from -1, which is that of no label. */
    private Column number() {
        if (layout.labelType().isEmpty() || isNamed()) {
            return lit(LatentHeader.UNLABELLED);
        }
        Column known = isFractional() ? when(isnan(col(VALUE)), lit(null)).otherwise(col(VALUE)) : col(VALUE);
        Column number = greatest(known.cast("long"), lit((long) LatentHeader.UNLABELLED));
        return coalesce(least(number, lit((long) Integer.MAX_VALUE)).cast("int"), lit(LatentHeader.UNLABELLED));
    }

    private Column word() {
        if (layout.partition().isEmpty()) {
            return isNamed()
                    ? when(length(col(VALUE)).gt(0), col(VALUE))
                    : lit(null).cast("string");
        }
        String pattern = "(?:^|/)" + layout.partition().replaceAll("\\W", "\\\\$0") + "=([^/]*)/";
        Column value = UrlEscapes.in(files.stream().flatMap(ParquetFile::partitionValues))
                .resolved(regexp_extract(col(NAME), pattern, 1));
        return when(length(value).gt(0).and(value.notEqual(NO_PARTITION)), value);
    }

    /** What is wrong with a label that is no whole number; null if nothing is. */
    private Column problem() {
        return isFractional()
                ? when(
                        isnan(col(VALUE)).equalTo(false).and(col(VALUE).notEqual(floor(col(VALUE)))),
                        concat(
                                lit("has the label "),
                                col(VALUE).cast("string"),
                                lit(", which is no number of a class")))
                : lit(null).cast("string");
    }
}
