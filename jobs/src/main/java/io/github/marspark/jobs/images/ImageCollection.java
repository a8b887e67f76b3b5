package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.ImageLayout;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Where images come from; driver only. */
public interface ImageCollection {
    /**
     * The images that a recipe names.
     *
     * @param recipe complete and checked
     * @return the collection at its {@code images}, of the kind of its {@code encode.source}
     */
    static ImageCollection of(Recipe recipe) {
        return of(recipe, ImageSettings.of(recipe));
    }

    /**
     * The same images for those who do not ask what is on them: what is wrong with labels is not looked at.
     *
     * @param recipe complete and checked
     * @return the collection at its {@code images}, of the kind of its {@code encode.source}
     */
    static ImageCollection withoutLabels(Recipe recipe) {
        return of(recipe, ImageSettings.of(recipe).withoutLabels());
    }

    private static ImageCollection of(Recipe recipe, ImageSettings settings) {
        return at(recipe.images(), recipe.encode().source(), settings);
    }

    /**
     * The images at an address.
     *
     * @param address of a folder or file
     * @param layout how they lie there
     * @param settings how images and labels are found
     */
    static ImageCollection at(String address, ImageLayout layout, ImageSettings settings) {
        return switch (layout) {
            case FOLDERS -> ClassFolders.at(address, settings);
            case PARQUET -> ParquetImages.at(address, settings);
            case TAR -> ContainerFiles.tar(address, settings);
            case IDX -> ContainerFiles.idx(address, settings);
        };
    }

    /** The address of the whole. */
    String root();

    /** What kind of collection it is, in a word. */
    String kind();

    /**
     * Lists the images on the executors.
     *
     * @return rows of {@link SourceImage#SCHEMA} in any order, no two images with the same id; rows that only tell
     *     something are among them
     */
    Dataset<Row> list(SparkSession spark);

    /**
     * The folders that are classes, also those without an image.
     *
     * @return their names in the order of their labels; none if the labels are written elsewhere
     */
    default List<String> classFolders() {
        return List.of();
    }

    /**
     * Where labels were looked for, once {@link #list} was called.
     *
     * @return what was found there and what can be done, a clause
     */
    String whereLabelsAre();

    /**
     * Something about the classes that is likely a mistake.
     *
     * @return a clause, or nothing
     */
    default Optional<String> suspicion() {
        return Optional.empty();
    }

    /**
     * Hashes of the bytes of the images, by which duplicates are found.
     *
     * @param listed what {@link #list} gave
     * @param maxPixels of an image
     * @return id and {@link ContentHashes#HASH} of each image that has bytes; fails if some cannot be read
     */
    default Dataset<Row> hashes(Dataset<Row> listed, long maxPixels) {
        return hashesOneByOne(listed, maxPixels);
    }

    /**
     * The same, one image after the other.
     *
     * @param listed what {@link #list} gave
     * @param maxPixels of an image
     * @return id and {@link ContentHashes#HASH} of each image that has bytes and can be read
     */
    default Dataset<Row> hashesOneByOne(Dataset<Row> listed, long maxPixels) {
        return ContentHashes.read(listed, contents(), maxPixels);
    }

    /** What is said where nothing was listed. */
    default IllegalArgumentException noImages() {
        return new IllegalArgumentException(
                "%s has no images in it, looked at with encode.source = %s; put images there"
                        .formatted(root(), kind()));
    }

    /** How the bytes of the images are read. */
    default Contents contents() {
        return Contents.OF_FILES;
    }

    /**
     * Asks for images that are there.
     *
     * @return what is there
     * @throws UncheckedIOException naming the path if nothing is
     */
    static FileStatus requireExists(Path path) {
        try {
            return Storage.of(path).getFileStatus(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " does not exist; set images to the place of the images", failure);
        }
    }
}
