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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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

    private static final Pattern SPLITS =
            Pattern.compile("(?i)train(ing)?|val(id|idation)?|test(ing)?|dev|eval|holdout");

    private final Path root;
    private final List<String> folders;
    private final List<String> loops;
    private final boolean labelled;

    /**
     * Keeps names.
     *
     * @param folders of the root
     * @param loops links to the root itself, or to a folder that it lies in
     */
    private ClassFolders(Path root, List<String> folders, List<String> loops, boolean labelled) {
        this.root = root;
        this.folders = folders;
        this.loops = loops;
        this.labelled = labelled;
    }

    /**
     * Looks at the root's own entries, and keeps only the names of the folders.
     *
     * @param address of the root
     * @param settings whether labels are wanted
     * @throws UncheckedIOException if there is no such folder
     * @throws IllegalArgumentException if it is empty
     */
    public static ClassFolders at(String address, ImageSettings settings) {
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
        List<String> loops =
                folders.stream().filter(name -> leadsBack(root, name)).toList();
        folders.removeAll(Set.copyOf(loops));
        return new ClassFolders(root, List.copyOf(folders), loops, settings.labelled());
    }

    private static boolean leadsBack(Path root, String name) {
        try {
            java.nio.file.Path place = FolderEntries.linked(new Path(root + "/" + name));
            return place != null && Storage.local(root).toRealPath().startsWith(place);
        } catch (IOException toldByTheListing) {
            return false;
        }
    }

    private static void look(Entry entry, List<String> folders, List<String> examples) {
        if (FileNames.leftOut(entry.name())) {
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
    public List<String> classFolders() {
        return labelled ? folders : List.of();
    }

    @Override
    public String whereLabelsAre() {
        return "it has no folders in it, one for each class";
    }

    @Override
    public Optional<String> suspicion() {
        if (folders.isEmpty()
                || !folders.stream().allMatch(name -> SPLITS.matcher(name).matches())
                || folders.stream().noneMatch(this::holdsFolders)) {
            return Optional.empty();
        }
        String first = folders.contains("train") ? "train" : folders.get(0);
        return Optional.of(
                "%s hold folders themselves, so they look like parts of a collection and not like classes; set images=%s/%s to take the classes of one"
                        .formatted(String.join(" and ", folders), root(), first));
    }

    private boolean holdsFolders(String name) {
        try (FolderEntries entries = FolderEntries.of(new Path(root() + "/" + name))) {
            for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
                if (entry.folder() && !FileNames.leftOut(entry.name())) {
                    return true;
                }
            }
            return false;
        } catch (IOException toldByTheListing) {
            return false;
        }
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
        if (folders.isEmpty() && loops.isEmpty()) {
            return List.of(new Start(root(), "", LatentHeader.UNLABELLED, Scope.ALL));
        }
        List<Start> starts = new ArrayList<>();
        Scope beside = labelled ? Scope.WITHOUT_CLASS : Scope.NAMED_LIKE_IMAGES;
        starts.add(new Start(root(), "", LatentHeader.UNLABELLED, beside));
        for (String loop : loops) {
            starts.add(new Start(root(), loop, LatentHeader.UNLABELLED, Scope.ALL));
        }
        for (int label = 0; label < folders.size(); label++) {
            starts.add(new Start(root(), folders.get(label), labelled ? label : LatentHeader.UNLABELLED, Scope.ALL));
        }
        return starts;
    }

    private static Iterator<Row> walk(Start start) {
        return new MappedIterator<>(new FolderWalk(start), SourceImage::toRow);
    }
}
