package io.github.marspark.jobs.images;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The images of a collection in the order of the bytes of their ids, however they were listed; driver only.
 *
 * @param images all of them
 * @param notes what people should know of the collection, a sentence each
 * @param classNames in the order of their labels; none if labels were not asked for, or nothing is labelled
 */
public record ListedImages(List<SourceImage> images, List<String> notes, List<String> classNames) {
    private static final Comparator<SourceImage> BY_ID = (one, other) -> Arrays.compareUnsigned(
            one.id().getBytes(StandardCharsets.UTF_8), other.id().getBytes(StandardCharsets.UTF_8));

    /**
     * Lists a collection.
     *
     * @param spark where
     * @param collection to be listed
     * @throws IllegalArgumentException if there is no image in it
     */
    public static ListedImages of(SparkSession spark, ImageCollection collection) {
        List<SourceImage> images = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Row row : collection.list(spark).collectAsList()) {
            SourceImage image = SourceImage.of(row);
            if (image.isNote()) {
                notes.add(image.told());
            } else {
                images.add(image);
            }
        }
        return new ListedImages(sorted(images, collection), notes, List.of());
    }

    /**
     * Lists a collection and numbers its classes.
     *
     * @param spark where
     * @param collection to be listed
     * @param classes how many the recipe speaks of
     * @throws IllegalArgumentException if there is no image in it, or some labels are numbers and others names
     */
    public static ListedImages labelled(SparkSession spark, ImageCollection collection, int classes) {
        Dataset<Row> listed = collection.list(spark).persist();
        try {
            LabelledImages labelled = LabelledImages.of(listed, collection, classes);
            List<SourceImage> images = labelled.images().collectAsList().stream()
                    .map(SourceImage::of)
                    .toList();
            List<String> notes = SourceImage.notes(listed).orderBy("id").collectAsList().stream()
                    .map(row -> SourceImage.of(row).told())
                    .toList();
            return new ListedImages(sorted(images, collection), notes, labelled.names());
        } finally {
            listed.unpersist();
        }
    }

    private static List<SourceImage> sorted(List<SourceImage> images, ImageCollection collection) {
        if (images.isEmpty()) {
            throw collection.noImages();
        }
        return images.stream().sorted(BY_ID).toList();
    }

    /** How many images each label has, those without under -1. */
    public Map<Integer, Long> labelCounts() {
        Map<Integer, Long> counts = new TreeMap<>();
        images.forEach(image -> counts.merge(image.label(), 1L, Long::sum));
        return counts;
    }
}
