package io.github.marspark.jobs.images;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The images of a collection in the order of the bytes of their ids, however they were listed; driver only.
 *
 * @param images all of them
 * @param notes what people should know of the collection, a sentence each
 */
public record ListedImages(List<SourceImage> images, List<String> notes) {
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
        if (images.isEmpty()) {
            throw collection.noImages();
        }
        images.sort(BY_ID);
        return new ListedImages(images, notes);
    }
}
