package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.encode.GpuPlan.Operator;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Tells of the relational part of the encoding, from the collection to the numbered images and from the manifest to its
 * sums, what runs on a GPU. Nothing is encoded. Driver only.
 */
final class GpuReport {
    /** Any number: the operators are the same. */
    private static final int IMAGES_PER_SHARD = 1000;

    private final SparkSession spark;
    private final PrintStream out;

    GpuReport(SparkSession spark, PrintStream out) {
        this.spark = spark;
        this.out = out;
    }

    /**
     * Prints the plans.
     *
     * @param images the collection
     * @param selection of the recipe
     * @param maxPixels of an image
     * @param folder of the latents; its manifest is planned over if it is there
     */
    void print(ImageCollection images, Selection selection, long maxPixels, LatentFolder folder) {
        int onGpu = 0;
        int all = 0;
        for (Map.Entry<String, Dataset<Row>> step :
                steps(images, selection, maxPixels, folder).entrySet()) {
            List<Operator> operators = GpuPlan.of(step.getValue()).operators();
            out.println(step.getKey());
            operators.forEach(operator -> out.println(line(operator)));
            onGpu += (int) operators.stream().filter(Operator::onGpu).count();
            all += operators.size();
        }
        out.printf("%d of %d operators run on the GPU%n", onGpu, all);
    }

    private static String line(Operator operator) {
        String place = operator.onGpu() ? "GPU" : "CPU";
        String reason = operator.onGpu() ? "" : ": " + String.join("; ", operator.reasons());
        return "  " + place + "  " + "  ".repeat(operator.depth()) + operator.name() + reason;
    }

    private Map<String, Dataset<Row>> steps(
            ImageCollection images, Selection selection, long maxPixels, LatentFolder folder) {
        Map<String, Dataset<Row>> steps = new LinkedHashMap<>();
        Dataset<Row> listed = images.list(spark);
        Dataset<Row> chosen = listed;
        steps.put("the list of the images", listed);
        steps.put("its size and digest", Listing.sums(listed));
        if (!selection.isEverything()) {
            Dataset<Row> hashes = selection.dropsDuplicates() ? images.hashes(listed, maxPixels) : listed;
            Dataset<Row> leftOut = selection.leftOut(listed, hashes);
            steps.put("the images left out", leftOut);
            chosen = LeftOut.of(leftOut).without(listed);
        }
        Dataset<Row> ordered = Ranking.ordered(chosen);
        steps.put("the order of the other images", ordered);
        steps.put("their shards", Ranking.of(ordered, IMAGES_PER_SHARD, 0, 1));
        FolderTables tables = new FolderTables(spark, folder);
        if (tables.has(LatentFolder.MANIFEST)) {
            steps.put("the sums of the manifest", ShardReports.sums(tables.read(LatentFolder.MANIFEST)));
        }
        return steps;
    }
}
