package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;

import io.github.marspark.data.image.RejectReason;
import io.github.marspark.jobs.files.LiteralPaths;
import io.github.marspark.model.autoencoder.CodeUsage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The reports about the latent files of a folder, and the tables that are made of them; driver only. */
final class LatentFileReports {
    private final SparkSession spark;
    private final LatentFolder folder;
    private final FolderTables tables;

    LatentFileReports(SparkSession spark, LatentFolder folder, FolderTables tables) {
        this.spark = spark;
        this.folder = folder;
        this.tables = tables;
    }

    /**
     * What all files hold together.
     *
     * @param images listed for them
     * @param records in them
     * @param rejects not in them
     * @param bytes their length
     * @param clampedValues moments that did not fit the number type
     * @param files how many there are
     */
    public record Totals(long images, long records, long rejects, long bytes, long clampedValues, long files) {}

    /** The files of a plan that are not complete: without a report, or of another length than reported. */
    int[] pending(int files) {
        Map<String, Long> lengths = folder.entries("").stream()
                .collect(Collectors.toMap(status -> status.getPath().getName(), FileStatus::getLen));
        Set<String> complete = folder.entries(LatentFolder.REPORTS).isEmpty()
                ? Set.of()
                : reports().select("file", "bytes").collectAsList().stream()
                        .filter(row -> !row.anyNull())
                        .filter(row -> Long.valueOf(row.getLong(1)).equals(lengths.get(row.getString(0))))
                        .map(row -> row.getString(0))
                        .collect(Collectors.toSet());
        return IntStream.range(0, files)
                .filter(file -> !complete.contains(LatentFolder.file(file)))
                .toArray();
    }

    /**
     * Writes the manifest and the table of rejects.
     *
     * @param leftOut images that no file has to do with
     */
    void writeTables(LeftOut leftOut) {
        tables.publish(manifest(reports()), "file", LatentFolder.MANIFEST);
        Dataset<Row> rejects =
                reports().select(explode(col("rejects")).as("reject")).select("reject.*");
        tables.publish(leftOut.rows().map(rejects::union).orElse(rejects), "id", LatentFolder.REJECTS);
    }

    /** The rows of a manifest. */
    static Dataset<Row> manifest(Dataset<Row> reports) {
        return reports.select("file", "images", "records", "bytes", "sha256", "clampedValues", "labels");
    }

    /** Adds the rows of the tables; images that were left out are among the rejects. */
    Totals totals(LeftOut leftOut) {
        Row sums = sums(tables.read(LatentFolder.MANIFEST)).head();
        long rejects = tables.read(LatentFolder.REJECTS).count();
        return new Totals(
                sums.getLong(0) + leftOut.size(),
                sums.getLong(1),
                rejects,
                sums.getLong(2),
                sums.getLong(3),
                sums.getLong(4));
    }

    /** The sums of a manifest: images, records, bytes, clamped values, files. */
    static Dataset<Row> sums(Dataset<Row> manifest) {
        return manifest.agg(total("images"), total("records"), total("bytes"), total("clampedValues"), count(lit(1)));
    }

    private static Column total(String numbers) {
        return coalesce(sum(numbers), lit(0L));
    }

    /**
     * How often each code of a quantised tokenizer occurs.
     *
     * @param codes how many there are
     */
    CodeUsage codes(int codes) {
        CodeUsage usage = new CodeUsage(codes);
        reports()
                .select(explode(col("codes")).as("code"))
                .groupBy("code.id")
                .agg(sum("code.places"))
                .collectAsList()
                .forEach(row -> usage.add(row.getInt(0), row.getLong(1)));
        return usage;
    }

    /** How often each reason occurs among the images that cannot be used, the most frequent first. */
    List<String> reasons() {
        return reasons(unusable());
    }

    static List<String> reasons(Dataset<Row> rejects) {
        return rejects.groupBy("reason").count().orderBy(col("count").desc(), col("reason")).collectAsList().stream()
                .map(row -> row.getLong(1) + " " + row.getString(0))
                .toList();
    }

    /** The first image in the order of ids that cannot be used, in words. */
    String example() {
        Row first = unusable().orderBy("id").select("path", "detail").head();
        return first.getString(0) + " " + first.getString(1);
    }

    private Dataset<Row> unusable() {
        return tables.read(LatentFolder.REJECTS)
                .where(not(col("reason").isin(RejectReason.DUPLICATE.name(), RejectReason.SURPLUS.name())));
    }

    private Dataset<Row> reports() {
        return LiteralPaths.reader(spark)
                .schema(LatentFileReport.SCHEMA)
                .json(folder.path(LatentFolder.REPORTS).toString());
    }
}
