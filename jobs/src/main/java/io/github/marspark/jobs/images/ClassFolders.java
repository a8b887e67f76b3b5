package io.github.marspark.jobs.images;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.images.FolderEntries.Entry;
import io.github.marspark.jobs.images.FolderWalk.Scope;
import io.github.marspark.jobs.images.FolderWalk.Start;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Image files in class folders, the layout of ImageNet: the sorted names of the folders are the labels. A folder of
 * files without folders among them is a collection without labels. Driver only; executors do the listing.
 */
public final class ClassFolders implements ImageCollection {
    private static final int TASKS_A_SLOT = 4;

    private final Path root;
    private final List<String> classNames;

    private ClassFolders(Path root, List<String> classNames) {
        this.root = root;
        this.classNames = classNames;
    }

    /**
     * Looks at the root's own entries, and keeps only the names of the folders.
     *
     * @throws UncheckedIOException if there is no such folder
     * @throws IllegalArgumentException if it is empty
     */
    public static ClassFolders at(String address) {
        Path root = Storage.qualified(address);
        List<String> folders = new ArrayList<>();
        List<String> examples = new ArrayList<>();
        try (FolderEntries entries = FolderEntries.of(root)) {
            for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
                look(entry, folders, examples);
            }
        } catch (NotDirectoryException failure) {
            throw new IllegalArgumentException(
                    address + " is a file; images names a folder with one folder of image files for each class");
        } catch (NoSuchFileException | FileNotFoundException failure) {
            throw new UncheckedIOException(
                    address + " does not exist; set images to the folder of the images", failure);
        } catch (IOException failure) {
            throw new UncheckedIOException(address + " cannot be listed: " + failure.getMessage(), failure);
        }
        requireSomething(address, folders, examples);
        folders.sort(null);
        return new ClassFolders(root, List.copyOf(folders));
    }

    private static void look(Entry entry, List<String> folders, List<String> examples) {
        if (entry.name().startsWith(".")) {
            return;
        }
        if (entry.folder()) {
            folders.add(entry.name());
        } else if (examples.isEmpty()) {
            examples.add(entry.name());
        }
    }

    private static void requireSomething(String address, List<String> folders, List<String> examples) {
        if (folders.isEmpty() && examples.isEmpty()) {
            throw new IllegalArgumentException(
                    address + " is empty; put image files into it, in one folder for each class");
        }
    }

    @Override
    public String root() {
        return root.toString();
    }

    @Override
    public String kind() {
        return "folders";
    }

    @Override
    public List<String> classNames(Dataset<Row> listed, int classes) {
        return classNames;
    }

    @Override
    public Dataset<Row> list(SparkSession spark) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        List<Start> starts = starts();
        int tasks = Math.min(starts.size(), TASKS_A_SLOT * context.defaultParallelism());
        JavaRDD<Row> rows = context.parallelize(starts, tasks).flatMap(ClassFolders::walk);
        return spark.createDataFrame(rows, SourceImage.SCHEMA);
    }

    private List<Start> starts() {
        if (classNames.isEmpty()) {
            return List.of(new Start(root(), "", LatentHeader.UNLABELLED, Scope.ALL));
        }
        List<Start> starts = new ArrayList<>();
        starts.add(new Start(root(), "", LatentHeader.UNLABELLED, Scope.WITHOUT_CLASS));
        for (int label = 0; label < classNames.size(); label++) {
            starts.add(new Start(root(), classNames.get(label), label, Scope.ALL));
        }
        return starts;
    }

    private static Iterator<Row> walk(Start start) {
        return new MappedIterator<>(new FolderWalk(start), SourceImage::toRow);
    }
}
