package io.github.marspark.jobs.images;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.images.FolderWalk.Scope;
import io.github.marspark.jobs.images.FolderWalk.Start;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Files that hold many images each, with labels from 0; a task lists a file. Driver only. */
public final class ContainerFiles implements ImageCollection {
    private static final int PROBLEM = SourceImage.SCHEMA.fieldIndex("problem");

    private final Path root;
    private final String kind;
    private final Members members;
    private final Named named;

    /** Lists the images of one file; runs on executors. */
    @FunctionalInterface
    interface Members extends Serializable {
        /** The images of a file, whose ids begin with the file's. */
        Iterator<SourceImage> of(SourceImage container);
    }

    /** Tells the files that hold images from their names. */
    @FunctionalInterface
    interface Named extends Serializable {
        /** Whether a file of this id holds images. */
        boolean isContainer(String id);
    }

    /**
     * Tar files in WebDataset's form.
     *
     * @param address of one, or of a folder of them
     * @return their images
     */
    public static ContainerFiles tar(String address) {
        return new ContainerFiles(address, "tar", TarMembers::list, TarMembers::isContainer);
    }

    /**
     * IDX files.
     *
     * @param address of one, or of a folder of them
     * @return their images
     */
    public static ContainerFiles idx(String address) {
        return new ContainerFiles(address, "idx", IdxMembers::list, IdxMembers::isContainer);
    }

    private ContainerFiles(String address, String kind, Members members, Named named) {
        this.root = Storage.qualified(address);
        this.kind = kind;
        this.members = members;
        this.named = named;
        ImageCollection.requireExists(root);
    }

    @Override
    public String root() {
        return root.toString();
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public Dataset<Row> list(SparkSession spark) {
        return spark.createDataFrame(list(spark, root(), members, named), SourceImage.SCHEMA);
    }

    /** Static, so that only what is needed travels. */
    private static JavaRDD<Row> list(SparkSession spark, String root, Members members, Named named) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        return context.parallelize(List.of(root), 1)
                .flatMap(folder -> new MappedIterator<>(files(folder), SourceImage::toRow))
                .filter(row -> !row.isNullAt(PROBLEM) || named.isContainer(row.getString(0)))
                .repartition(context.defaultParallelism())
                .flatMap(row -> row.isNullAt(PROBLEM)
                        ? new MappedIterator<>(members.of(SourceImage.of(row)), SourceImage::toRow)
                        : List.of(row).iterator());
    }

    /** The files below a folder, or the one file itself. */
    static Iterator<SourceImage> files(String address) {
        Path path = new Path(address);
        FileStatus status = status(path);
        if (status.isDirectory()) {
            return new FolderWalk(new Start(address, "", LatentHeader.UNLABELLED, Scope.ALL));
        }
        return List.of(new SourceImage(
                        path.getName(),
                        address,
                        0,
                        status.getLen(),
                        status.getModificationTime(),
                        LatentHeader.UNLABELLED,
                        null,
                        null))
                .iterator();
    }

    private static FileStatus status(Path path) {
        try {
            return Storage.of(path).getFileStatus(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " cannot be looked at: " + failure.getMessage(), failure);
        }
    }

    @Override
    public List<String> classNames(Dataset<Row> listed, int classes) {
        return LabelNumbers.names(listed, classes);
    }
}
