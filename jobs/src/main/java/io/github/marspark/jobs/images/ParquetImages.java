package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.md5;

import io.github.marspark.jobs.files.Storage;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Images in Parquet files: a column of bytes, or of a struct with {@code bytes} as data sets of Hugging Face have it, and
 * perhaps one of labels, whole numbers or names, or folders {@code label=…} that say them. The listing reads only the
 * labels; each task reads the images of its file's rows. Driver only.
 */
public final class ParquetImages implements ImageCollection {
    private final Path root;
    private final ImageSettings settings;
    private @Nullable ParquetTables tables;

    private ParquetImages(Path root, ImageSettings settings) {
        this.root = root;
        this.settings = settings;
    }

    /**
     * Parquet files.
     *
     * @param address of one, or of a folder of them
     * @param settings which columns hold images and labels
     * @return their images
     */
    public static ParquetImages at(String address, ImageSettings settings) {
        Path root = Storage.qualified(address);
        ImageCollection.requireExists(root);
        return new ParquetImages(root, settings);
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
    public String whereLabelsAre() {
        return (tables == null ? "" : tables.columns() + "; ") + "encode.label-column names the one of labels";
    }

    @Override
    public Contents contents() {
        return new ParquetContents(settings);
    }

    @Override
    public Dataset<Row> list(SparkSession spark) {
        ParquetTables found = ParquetTables.of(spark, root, settings);
        tables = found;
        return found.images();
    }

    @Override
    public Dataset<Row> hashes(Dataset<Row> listed, long maxPixels) {
        ParquetTables found = tables == null ? ParquetTables.of(listed.sparkSession(), root, settings) : tables;
        return found.readEach((table, rows, names) -> ParquetTable.numbered(
                                rows, names, md5(table.bytes()).as(ContentHashes.HASH))
                        .where(col(ContentHashes.HASH).notEqual(ContentHashes.OF_NOTHING))
                        .select(
                                ParquetFiles.id(col(ParquetTable.NAME), col(ParquetTable.ROW))
                                        .as("id"),
                                col(ContentHashes.HASH)))
                .reduce(Dataset::union)
                .orElseGet(() -> hashesOneByOne(listed, maxPixels));
    }
}
