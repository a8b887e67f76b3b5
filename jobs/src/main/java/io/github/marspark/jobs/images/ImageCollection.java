package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
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
        return switch (recipe.encode().source()) {
            case FOLDERS -> ClassFolders.at(recipe.images());
            case PARQUET -> ParquetImages.at(recipe.images());
            case TAR -> ContainerFiles.tar(recipe.images());
            case IDX -> ContainerFiles.idx(recipe.images());
        };
    }

    /** The address of the whole. */
    String root();

    /** What kind of collection it is, in a word. */
    String kind();

    /**
     * Lists the images on the executors.
     *
     * @return rows of {@link SourceImage#SCHEMA} in any order, no two with the same id
     */
    Dataset<Row> list(SparkSession spark);

    /**
     * Names of the classes.
     *
     * @param listed what {@link #list} gave
     * @param classes how many the recipe speaks of
     * @return in the order of their labels; none if nothing is labelled
     */
    List<String> classNames(Dataset<Row> listed, int classes);

    /**
     * Hashes of the bytes of the images, by which duplicates are found.
     *
     * @param listed what {@link #list} gave
     * @param maxPixels of an image
     * @return id and {@link ContentHashes#HASH} of each image that has bytes and can be read
     */
    default Dataset<Row> hashes(Dataset<Row> listed, long maxPixels) {
        return ContentHashes.read(listed, maxPixels);
    }

    /** How executors get at the bytes of the images. */
    default Contents contents() {
        return Contents.OF_FILES;
    }

    /**
     * Asks for images that are there.
     *
     * @throws UncheckedIOException naming the path if nothing is
     */
    static void requireExists(Path path) {
        try {
            Storage.of(path).getFileStatus(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " does not exist; set images to the place of the images", failure);
        }
    }
}
