package io.github.marspark.jobs.encode;

import io.github.marspark.data.latent.LatentHeader;
import java.io.Serializable;
import java.net.URI;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Images in Parquet files: a column {@code image} of bytes, or of a struct with {@code bytes} as data sets of Hugging
 * Face have it, and perhaps a column {@code label} of whole numbers or of names. The listing reads only the labels; each
 * task reads the images of its shard's rows. Driver only.
 */
final class ParquetImages implements ImageCollection {
    private static final String IMAGE = "image";
    private static final String BYTES = "bytes";
    private static final String LABEL = "label";

    private final Path root;
    private List<String> names = List.of();

    private ParquetImages(Path root) {
        this.root = root;
    }

    static ParquetImages at(String address) {
        Path root = Storage.qualified(address);
        Storage.requireExists(root);
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
        Dataset<Row> table = spark.read().parquet(root());
        requireImages(table.schema());
        Dataset<Row> light = table.select(
                functions.col("_metadata.file_path"),
                functions.col("_metadata.file_modification_time"),
                functions.col("_metadata.row_index"),
                label(table).as(LABEL));
        names = isNamed(table) ? distinct(light) : List.of();
        return spark.createDataFrame(list(light, root(), labels(names)), SourceImage.SCHEMA);
    }

    private void requireImages(StructType schema) {
        boolean found = Arrays.stream(schema.fields())
                .anyMatch(field -> field.name().equals(IMAGE) && isImage(field.dataType()));
        if (!found) {
            throw new IllegalArgumentException(
                    "%s has the columns %s, but needs one named image, of bytes or of a struct with bytes; rename the column that holds the images"
                            .formatted(root, schema.simpleString()));
        }
    }

    private static boolean isImage(DataType type) {
        return type instanceof BinaryType
                || (type instanceof StructType struct
                        && Arrays.stream(struct.fields())
                                .anyMatch(
                                        field -> field.name().equals(BYTES) && field.dataType() instanceof BinaryType));
    }

    private static boolean isNamed(Dataset<Row> table) {
        return Arrays.stream(table.schema().fields())
                .filter(field -> field.name().equals(LABEL))
                .map(StructField::dataType)
                .anyMatch(StringType.class::isInstance);
    }

    /** As text, so that numbers and names are treated alike; null without such a column. */
    private static Column label(Dataset<Row> table) {
        boolean labelled = Arrays.asList(table.columns()).contains(LABEL);
        return (labelled ? table.col(LABEL) : functions.lit(null)).cast(DataTypes.StringType);
    }

    private static List<String> distinct(Dataset<Row> light) {
        return light.select(LABEL).where("label is not null").distinct().orderBy(LABEL).collectAsList().stream()
                .map(row -> row.getString(0))
                .toList();
    }

    private static Map<String, Integer> labels(List<String> names) {
        Map<String, Integer> labels = new HashMap<>();
        names.forEach(name -> labels.put(name, labels.size()));
        return labels;
    }

    /** Static, so that only what is needed travels. */
    private static JavaRDD<Row> list(Dataset<Row> light, String root, Map<String, Integer> labels) {
        return light.toJavaRDD().map(row -> new Labels(labels).image(row, root).toRow());
    }

    /** Turns a label's text into its number. */
    private record Labels(Map<String, Integer> byName) implements Serializable {
        SourceImage image(Row row, String root) {
            Path file = new Path(URI.create(row.getString(0)));
            return new SourceImage(
                    "%s#%010d".formatted(relative(root, file), row.getLong(2)),
                    file.toString(),
                    row.getLong(2),
                    0,
                    ((Timestamp) row.get(1)).getTime(),
                    label(row.getString(3)),
                    null,
                    null);
        }

        private static String relative(String root, Path file) {
            String start = new Path(root).toUri().getPath();
            String path = file.toUri().getPath();
            return path.equals(start) ? file.getName() : path.substring(start.length() + 1);
        }

        private int label(@Nullable String text) {
            if (text == null) {
                return LatentHeader.UNLABELLED;
            }
            if (byName.isEmpty()) {
                return Math.max(LatentHeader.UNLABELLED, Integer.parseInt(text));
            }
            return byName.getOrDefault(text, LatentHeader.UNLABELLED);
        }
    }

    @Override
    public List<String> classNames(Dataset<Row> listed, int classes) {
        return names.isEmpty() ? LabelNumbers.names(listed, classes) : names;
    }
}
