package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.encode.GpuPlan.Operator;
import io.github.marspark.jobs.files.LiteralPaths;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.LabelledImages;
import io.github.marspark.jobs.images.SourceImage;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Tells of the relational steps of the encoding what runs on a GPU. Nothing is encoded: the tables by which one step
 * hands its rows to the next are empty. Driver only.
 */
public final class GpuReport {
    /** Any number: the operators are the same. */
    private static final int IMAGES_PER_FILE = 1000;

    private final SparkSession spark;
    private final PrintStream out;

    public GpuReport(SparkSession spark, PrintStream out) {
        this.spark = spark;
        this.out = out;
    }

    /**
     * Prints a plan for each step.
     *
     * @param images the collection
     * @param selection of the recipe
     * @param maxPixels of an image
     */
    void print(ImageCollection images, Selection selection, long maxPixels) {
        try {
            Path nothing = Files.createTempDirectory("mar-explain-gpu");
            try {
                print(steps(images, selection, maxPixels, nothing.toUri().toString()));
            } finally {
                Files.delete(nothing);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("no temporary folder can be made: " + failure.getMessage(), failure);
        }
    }

    private void print(Map<String, Dataset<Row>> steps) {
        int all = 0;
        int onGpu = 0;
        for (Map.Entry<String, Dataset<Row>> step : steps.entrySet()) {
            List<Operator> operators = GpuPlan.of(step.getValue()).operators();
            out.println(step.getKey());
            operators.forEach(operator -> out.println(line(operator)));
            all += operators.size();
            onGpu += (int) operators.stream().filter(Operator::onGpu).count();
        }
        out.printf("%d of %d operators run on the GPU%n", onGpu, all);
    }

    private static String line(Operator operator) {
        String line = "  %s  %s%s"
                .formatted(operator.onGpu() ? "GPU" : "CPU", "  ".repeat(operator.depth()), operator.name());
        return operator.onGpu() ? line : line + ": " + String.join("; ", operator.reasons());
    }

    private Map<String, Dataset<Row>> steps(
            ImageCollection images, Selection selection, long maxPixels, String nothing) {
        Map<String, Dataset<Row>> steps = new LinkedHashMap<>();
        Dataset<Row> rows = kept(SourceImage.SCHEMA, nothing);
        Dataset<Row> chosen = rows;
        steps.put("list the images", images.list(spark));
        steps.put("number the names of their classes", LabelledImages.named(rows));
        steps.put("count them", Listing.sums(rows));
        if (!selection.isEverything()) {
            Dataset<Row> hashes = images.hashes(rows, maxPixels);
            Dataset<Row> leftOut = selection.leftOut(rows, kept(hashes.schema(), nothing));
            if (selection.dropsDuplicates()) {
                steps.put("hash their bytes", hashes);
            }
            steps.put("find those that are left out", leftOut);
            chosen = LeftOut.of(kept(leftOut.schema(), nothing)).without(rows);
        }
        Dataset<Row> ordered = Ranking.ordered(chosen);
        steps.put("order the others", ordered);
        steps.put("number them and assign files", Ranking.of(kept(ordered.schema(), nothing), IMAGES_PER_FILE, 0, 1));
        Dataset<Row> manifest = LatentFileReports.manifest(
                LiteralPaths.reader(spark).schema(LatentFileReport.SCHEMA).json(nothing));
        steps.put("after the encoding: make the manifest", manifest);
        steps.put("sum the manifest", LatentFileReports.sums(kept(manifest.schema(), nothing)));
        return steps;
    }

    private Dataset<Row> kept(StructType schema, String folder) {
        return LiteralPaths.reader(spark).schema(schema).parquet(folder);
    }
}
