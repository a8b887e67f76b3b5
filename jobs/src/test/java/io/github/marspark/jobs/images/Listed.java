package io.github.marspark.jobs.images;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A collection as it was listed, to be looked at.
 *
 * @param labels of the images by their ids, that of their class's name where there are names
 * @param rejects what is wrong with others, by their ids, after the constant of the reason
 * @param unread how many bytes of files of many images were not read, by their ids
 * @param notes what is told besides
 */
record Listed(Map<String, String> labels, Map<String, String> rejects, Map<String, Long> unread, List<String> notes) {
    static Listed of(SparkSession spark, ImageCollection collection) {
        List<Row> rows = collection.list(spark).collectAsList();
        Dataset<Row> kept = spark.createDataFrame(rows, SourceImage.SCHEMA);
        LabelledImages classes = LabelledImages.of(kept, collection, 4);
        Map<String, String> labels = new TreeMap<>();
        Map<String, String> rejects = new TreeMap<>();
        Map<String, Long> unread = new TreeMap<>();
        for (Row row : classes.images().collectAsList()) {
            SourceImage image = SourceImage.of(row);
            Trouble trouble = image.trouble();
            String before;
            if (trouble == null) {
                String name = image.label() < 0 ? "none" : classes.names().get(image.label());
                before = labels.put(image.id(), name);
            } else {
                before = rejects.put(image.id(), trouble.reason() + " " + trouble.detail());
                if (trouble.unread() != null) {
                    unread.put(image.id(), trouble.unread());
                }
            }
            if (before != null) {
                throw new AssertionError(image.id() + " is listed twice");
            }
        }
        List<String> notes = rows.stream()
                .map(SourceImage::of)
                .filter(SourceImage::isNote)
                .map(note ->
                        note.id() + " " + Objects.requireNonNull(note.trouble()).detail())
                .sorted()
                .toList();
        return new Listed(labels, rejects, unread, notes);
    }

    /** A folder of the tests' resources. */
    static String resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(Listed.class.getResource("/collections"))
                            .toURI())
                    .resolve(name)
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Copies a folder of the tests' resources, so that something can be added to it. */
    static Path copy(String name, Path target) throws IOException {
        Path source = Path.of(resource(name));
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return target;
    }
}
