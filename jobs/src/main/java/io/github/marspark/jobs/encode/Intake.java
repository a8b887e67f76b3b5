package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.LabelledImages;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.latents.LabelCheck;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.LabelUse;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A collection as it was taken in: listed, its classes numbered and compared with the recipe. Driver only.
 *
 * @param listing the images, and the rejects that are known already
 * @param classNames in the order of their labels; none if nothing is labelled
 * @param unread what could not be listed
 */
record Intake(Listing listing, List<String> classNames, Unread unread) {
    private static final int MOST_NOTES = 20;

    /**
     * Takes a collection in.
     *
     * @param images the collection
     * @param listed its rows, kept
     * @param data what the recipe says of them
     * @param out where a person reads what is odd
     * @throws IllegalArgumentException if there are no images, or the classes are not those of the recipe
     */
    static Intake of(ImageCollection images, Dataset<Row> listed, DataRecipe data, PrintStream out) {
        tellNotes(listed, out);
        LabelledImages labelled = LabelledImages.of(listed, images, data.classes());
        Listing listing = Listing.of(labelled.images());
        if (listing.size() == 0) {
            throw images.noImages();
        }
        checkLabels(images, labelled, data).forEach(out::println);
        return new Intake(listing, labelled.names(), unread(labelled.images()));
    }

    private static void tellNotes(Dataset<Row> listed, PrintStream out) {
        Dataset<Row> notes = SourceImage.notes(listed);
        long count = notes.count();
        notes.orderBy("id").limit(MOST_NOTES).collectAsList().stream()
                .map(row -> SourceImage.of(row).told())
                .forEach(out::println);
        if (count > MOST_NOTES) {
            out.printf("and %d more of this kind%n", count - MOST_NOTES);
        }
    }

    private static List<String> checkLabels(ImageCollection images, LabelledImages labelled, DataRecipe data) {
        Map<Integer, Long> counts = new TreeMap<>();
        labelled.images()
                .where(col("problem").isNull())
                .groupBy(SourceImage.LABEL)
                .count()
                .collectAsList()
                .forEach(row -> counts.put(row.getInt(0), row.getLong(1)));
        if (counts.isEmpty() && data.labels() != LabelUse.NONE) {
            throw noneUsable(images, labelled.images());
        }
        String remedy = images.suspicion()
                .map(suspicion -> suspicion + ", or set")
                .orElse("set images to the place that holds all classes, or");
        List<String> told =
                new LabelCheck(images.root(), data, remedy, images.whereLabelsAre()).check(labelled.names(), counts);
        return Stream.concat(images.suspicion().stream(), told.stream()).toList();
    }

    private static IllegalArgumentException noneUsable(ImageCollection images, Dataset<Row> rejected) {
        return new IllegalArgumentException("%s: none of its %d images can be used; the first: %s"
                .formatted(
                        images.root(),
                        rejected.count(),
                        SourceImage.of(rejected.orderBy("id").head()).told()));
    }

    private static Unread unread(Dataset<Row> images) {
        Dataset<Row> unread = images.where(col(SourceImage.UNREAD).isNotNull());
        Row sums = unread.agg(count(lit(1)), coalesce(sum(SourceImage.UNREAD), lit(0L)))
                .head();
        return sums.getLong(0) == 0
                ? Unread.NOTHING
                : new Unread(
                        sums.getLong(0),
                        sums.getLong(1),
                        images.select("path").distinct().count());
    }
}
