package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.md5;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.row_number;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.Storage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Images in Parquet files: a column {@code image} of bytes, or of a struct with {@code bytes} as data sets of Hugging
 * Face have it, and perhaps a column {@code label} of whole numbers or of names. The listing reads only the labels; each
 * task reads the images of its shard's rows. Driver only.
 */
public final class ParquetImages implements ImageCollection {
    private static final String IMAGE = "image";
    private static final String BYTES = "bytes";
    private static final String LABEL = "label";
    private static final String NAME = "name";
    private static final String ROW = "row";
    private static final String NUMBER = "number";

    private final Path root;
    private List<String> names = List.of();

    private ParquetImages(Path root) {
        this.root = root;
    }

    public static ParquetImages at(String address) {
        Path root = Storage.qualified(address);
        ImageCollection.requireExists(root);
        return new ParquetImages(root);
    }

    @Override
    public String root() {
        return root.toString();
    }

    @Override
    public String kind() {
        return "parquet";
    }

    @Override
    public Contents contents() {
        return new ParquetContents(IMAGE, BYTES);
    }

    @Override
    public Dataset<Row> list(SparkSession spark) {
        Dataset<Row> table = table(spark);
        requireImages(table.schema());
        ParquetFiles files = ParquetFiles.of(root, table.inputFiles());
        Dataset<Row> rows = numbered(table, files, label(table.schema()).as(LABEL));
        if (isNamed(table.schema())) {
            Dataset<Row> classes = classes(table);
            names = classes.orderBy(NUMBER).collectAsList().stream()
                    .map(row -> row.getString(0))
                    .toList();
            rows = rows.join(broadcast(classes), LABEL, "left").withColumn(LABEL, col(NUMBER));
        }
        return listed(rows, files, state());
    }

    private Dataset<Row> table(SparkSession spark) {
        return spark.read().option("recursiveFileLookup", true).parquet(root());
    }

    private static Dataset<Row> listed(Dataset<Row> rows, ParquetFiles files, long state) {
        return rows.select(
                ParquetFiles.id(col(NAME), col(ROW)).as("id"),
                files.path(col(NAME)).as("path"),
                col(ROW).as("offset"),
                lit(0L).as("length"),
                lit(state).as("modified"),
                coalesce(col(LABEL), lit(LatentHeader.UNLABELLED)).as("label"),
                lit(null).cast("string").as("problem"),
                lit(null).cast("binary").as("content"));
    }

    @Override
    public Dataset<Row> hashes(Dataset<Row> listed, long maxPixels) {
        Dataset<Row> table = table(listed.sparkSession());
        ParquetFiles files = ParquetFiles.of(root, table.inputFiles());
        Column bytes = type(table.schema(), IMAGE).orElseThrow() instanceof StructType
                ? col(IMAGE).getField(BYTES)
                : col(IMAGE);
        return numbered(table, files, md5(bytes).as(ContentHashes.HASH))
                .where(col(ContentHashes.HASH).notEqual(ContentHashes.OF_NOTHING))
                .select(ParquetFiles.id(col(NAME), col(ROW)).as("id"), col(ContentHashes.HASH));
    }

    /**
     * Something of each row, with the name of its file and its place there. Rows are counted in the order of the parts
     * that the file is read in, and in each part in the order in which they are read.
     */
    private static Dataset<Row> numbered(Dataset<Row> table, ParquetFiles files, Column value) {
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

    /** The names among the labels, numbered in their order. */
    private static Dataset<Row> classes(Dataset<Row> table) {
        return table.select(LABEL)
                .where(col(LABEL).isNotNull())
                .distinct()
                .withColumn(NUMBER, row_number().over(Window.orderBy(LABEL)).minus(1));
    }

    /** Changes with the name, the length or the time of any file. */
    private long state() {
        SortedSet<String> files = new TreeSet<>();
        ContainerFiles.files(root())
                .forEachRemaining(file -> files.add(file.id() + "\n" + file.length() + "\n" + file.modified()));
        return UUID.nameUUIDFromBytes(String.join("\n", files).getBytes(StandardCharsets.UTF_8))
                .getMostSignificantBits();
    }

    private void requireImages(StructType schema) {
        if (type(schema, IMAGE).filter(ParquetImages::isImage).isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has the columns %s, but needs one named image, of bytes or of a struct with bytes; rename the column that holds the images"
                            .formatted(root, schema.simpleString()));
        }
    }

    private static boolean isImage(DataType type) {
        return type instanceof BinaryType
                || (type instanceof StructType struct
                        && type(struct, BYTES)
                                .filter(BinaryType.class::isInstance)
                                .isPresent());
    }

    private static boolean isNamed(StructType schema) {
        return type(schema, LABEL).filter(StringType.class::isInstance).isPresent();
    }

    private static Optional<DataType> type(StructType schema, String column) {
        return Arrays.stream(schema.fields())
                .filter(field -> field.name().equals(column))
                .findFirst()
                .map(StructField::dataType);
    }

    /** A name, or a number from -1; null without such a column. */
    private Column label(StructType schema) {
        DataType type = type(schema, LABEL).orElse(null);
        if (type == null) {
            return lit(null).cast("int");
        }
        if (type instanceof StringType) {
            return col(LABEL);
        }
        if (type instanceof ByteType
                || type instanceof ShortType
                || type instanceof IntegerType
                || type instanceof LongType) {
            Column number = greatest(col(LABEL).cast("long"), lit((long) LatentHeader.UNLABELLED));
            return least(number, lit((long) Integer.MAX_VALUE)).cast("int");
        }
        throw new IllegalArgumentException(
                "%s has a column label of type %s, but labels are whole numbers or names; cast or rename the column"
                        .formatted(root, type.simpleString()));
    }

    @Override
    public List<String> classNames(Dataset<Row> listed, int classes) {
        return names.isEmpty() ? LabelNumbers.names(listed, classes) : names;
    }
}
