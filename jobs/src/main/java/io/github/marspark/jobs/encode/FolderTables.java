package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.files.LiteralPaths;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The tables of a folder of latents, as Parquet: those that stay, a file each, and those that a run needs only while it
 * lasts. Driver only.
 */
final class FolderTables implements AutoCloseable {
    private static final String PARQUET = ".parquet";

    private final SparkSession spark;
    private final LatentFolder folder;
    private final List<Path> passing = new ArrayList<>();

    FolderTables(SparkSession spark, LatentFolder folder) {
        this.spark = spark;
        this.folder = folder;
    }

    /** Writes rows down, so that they are computed once and stay as they are, until this is closed. */
    Dataset<Row> keep(Dataset<Row> rows) {
        Path path = folder.temporary();
        passing.add(path);
        rows.write().parquet(path.toString());
        return LiteralPaths.reader(spark).schema(rows.schema()).parquet(path.toString());
    }

    /** Writes a table that stays. */
    void publish(Dataset<Row> rows, String order, String name) {
        Path temporary = folder.temporary();
        rows.repartition(1).sortWithinPartitions(order).write().parquet(temporary.toString());
        folder.publishFrom(temporary, PARQUET, name);
    }

    /** A table that was published. */
    Dataset<Row> read(String name) {
        return LiteralPaths.reader(spark).parquet(folder.path(name).toString());
    }

    /** Whether it was published. */
    boolean has(String name) {
        return folder.entries("").stream()
                .anyMatch(entry -> entry.getPath().getName().equals(name));
    }

    @Override
    public void close() {
        passing.forEach(folder::delete);
    }
}
