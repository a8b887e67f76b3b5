package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The reports about the shards of a folder, and the tables that are made of them; driver only. */
final class ShardReports {
    private static final String PARQUET = ".parquet";

    private final SparkSession spark;
    private final LatentFolder folder;

    ShardReports(SparkSession spark, LatentFolder folder) {
        this.spark = spark;
        this.folder = folder;
    }

    /**
     * What all shards hold together.
     *
     * @param images listed for them
     * @param records in them
     * @param rejects not in them
     * @param bytes their length
     * @param clampedValues moments that did not fit the number type
     * @param shards how many there are
     */
    record Totals(long images, long records, long rejects, long bytes, long clampedValues, long shards) {}

    /** The shards of a plan that are not complete: without a report, or of another length than reported. */
    int[] pending(int shards) {
        Map<String, Long> lengths = folder.entries("").stream()
                .collect(Collectors.toMap(status -> status.getPath().getName(), FileStatus::getLen));
        Set<String> complete = folder.entries(LatentFolder.REPORTS).isEmpty()
                ? Set.of()
                : reports().select("file", "bytes").collectAsList().stream()
                        .filter(row -> !row.anyNull())
                        .filter(row -> Long.valueOf(row.getLong(1)).equals(lengths.get(row.getString(0))))
                        .map(row -> row.getString(0))
                        .collect(Collectors.toSet());
        return IntStream.range(0, shards)
                .filter(shard -> !complete.contains(LatentFolder.shard(shard)))
                .toArray();
    }

    /** Adds the reports. */
    Totals totals() {
        Row sums = reports()
                .agg(
                        total(col("images")),
                        total(col("records")),
                        total(size(col("rejects"))),
                        total(col("bytes")),
                        total(col("clampedValues")),
                        count(lit(1)))
                .head();
        return new Totals(
                sums.getLong(0), sums.getLong(1), sums.getLong(2), sums.getLong(3), sums.getLong(4), sums.getLong(5));
    }

    private static Column total(Column numbers) {
        return coalesce(sum(numbers), lit(0L));
    }

    /** Writes the manifest and the table of rejects. */
    void writeTables() {
        write(
                reports().select("file", "images", "records", "bytes", "sha256", "clampedValues", "labels"),
                "file",
                LatentFolder.MANIFEST);
        write(rejects(), "id", LatentFolder.REJECTS);
    }

    /** How often each reason occurs among the rejects, the most frequent first. */
    List<String> reasons() {
        return rejects().groupBy("reason").count().orderBy(col("count").desc(), col("reason")).collectAsList().stream()
                .map(row -> row.getLong(1) + " " + row.getString(0))
                .toList();
    }

    /** The first reject in the order of ids, in words. */
    String example() {
        Row first = rejects().orderBy("id").select("path", "detail").head();
        return first.getString(0) + " " + first.getString(1);
    }

    private Dataset<Row> rejects() {
        return reports().select(explode(col("rejects")).as("reject")).select("reject.*");
    }

    private Dataset<Row> reports() {
        return spark.read()
                .schema(ShardReport.SCHEMA)
                .json(folder.path(LatentFolder.REPORTS).toString());
    }

    private void write(Dataset<Row> rows, String order, String name) {
        Path temporary = folder.temporary();
        rows.repartition(1).sortWithinPartitions(order).write().parquet(temporary.toString());
        folder.publishFrom(temporary, PARQUET, name);
    }
}
