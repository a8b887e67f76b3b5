package io.github.marspark.jobs.images;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.images.FolderWalk.Scope;
import io.github.marspark.jobs.images.FolderWalk.Start;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Files that hold many images each, with labels from 0; a task lists a file. Driver only. */
public final class ContainerFiles implements ImageCollection {
    private final Path root;
    private final Kind kind;
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

    /** What files of a kind are called, and where they have their labels. */
    private enum Kind {
        TAR("no tar file has a member .cls, or .json with a field such as label, which encode.label-column names, or"
                + " .txt with a number"),
        IDX("beside the files …images…idx3-ubyte lie no files …labels…idx1-ubyte");

        private final String labels;

        Kind(String labels) {
            this.labels = labels;
        }
    }

    /**
     * Tar files in WebDataset's form.
     *
     * @param address of one, or of a folder of them
     * @param settings how labels are found
     * @return their images
     */
    public static ContainerFiles tar(String address, ImageSettings settings) {
        Members members = container -> TarMembers.list(container, settings);
        return new ContainerFiles(address, Kind.TAR, members, TarMembers::isContainer);
    }

    /**
     * IDX files.
     *
     * @param address of one, or of a folder of them
     * @param settings whether labels are wanted
     * @return their images
     */
    public static ContainerFiles idx(String address, ImageSettings settings) {
        Members members = container -> IdxMembers.list(container, settings);
        return new ContainerFiles(address, Kind.IDX, members, IdxMembers::isContainer);
    }

    private ContainerFiles(String address, Kind kind, Members members, Named named) {
        this.root = Storage.qualified(address);
        this.kind = kind;
        this.members = members;
        this.named = ImageCollection.requireExists(root).isFile() ? id -> true : named;
    }

    @Override
    public String root() {
        return root.toString();
    }

    @Override
    public String kind() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String whereLabelsAre() {
        return kind.labels;
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
                .filter(row -> SourceImage.of(row).trouble() != null || named.isContainer(row.getString(0)))
                .repartition(context.defaultParallelism())
                .flatMap(row -> SourceImage.of(row).trouble() == null
                        ? new MappedIterator<>(members.of(SourceImage.of(row)), SourceImage::toRow)
                        : List.of(row).iterator());
    }

    /** The files below a folder, or the one file itself. */
    static Iterator<SourceImage> files(String address) {
        Path path = new Path(address);
        FileStatus status = ImageCollection.requireExists(path);
        if (status.isDirectory()) {
            return new FolderWalk(new Start(address, "", LatentHeader.UNLABELLED, Scope.ALL));
        }
        return List.of(SourceImage.file(path.getName(), address, status.getLen(), status.getModificationTime()))
                .iterator();
    }
}
