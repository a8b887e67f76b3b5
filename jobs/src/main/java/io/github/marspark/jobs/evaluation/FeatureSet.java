package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.jobs.images.ListedImages;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.runtime.ImageProgress;
import io.github.marspark.model.classifier.Classifier;
import io.github.marspark.model.classifier.ClassifierQuality;
import io.github.marspark.model.evaluation.MomentTree;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;

/**
 * The features of the images of a set, kept on the executors until it is closed; driver only.
 *
 * <p>Images are numbered in the order of their ids. A task looks at pieces of {@value #PIECE} of them, and pieces make
 * blocks of {@link MomentTree#BLOCK}, so that what is computed does not depend on the number of tasks.
 */
final class FeatureSet implements AutoCloseable {
    private static final int PIECE = 128;
    private static final int TASKS_A_SLOT = 4;

    private final String name;
    private final int listed;
    private final JavaRDD<FeatureBlock> blocks;
    private final List<Summary> summaries;

    /** What the driver keeps of a block. */
    private record Summary(int[] images, byte[] digests, List<String> rejects, int[][] confusion)
            implements Serializable {
        static Summary of(FeatureBlock block, int classes) {
            return new Summary(block.images(), block.digests(), block.rejects(), confusion(block, classes));
        }

        private static int[][] confusion(FeatureBlock block, int classes) {
            int[][] confusion = new int[classes][classes];
            if (classes > 0 && block.count() > 0) {
                int[] taken = new Classifier.Answer(block.features(), block.logits()).labels(classes);
                for (int i = 0; i < taken.length; i++) {
                    if (block.labels()[i] >= 0) {
                        confusion[block.labels()[i]][taken[i]]++;
                    }
                }
            }
            return confusion;
        }
    }

    private FeatureSet(String name, int listed, JavaRDD<FeatureBlock> blocks, List<Summary> summaries) {
        this.name = name;
        this.listed = listed;
        this.blocks = blocks;
        this.summaries = summaries;
    }

    /**
     * Looks at a set.
     *
     * @param name of the set
     * @param images in the order of their ids
     * @param labels class of each among the network's, or -1
     * @param task what is done to them
     * @param out where a person reads how it goes
     */
    static FeatureSet of(
            SparkContext spark, String name, ListedImages images, int[] labels, FeatureTask task, PrintStream out) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark);
        List<FeatureTask.Piece> pieces = pieces(images, labels);
        int slots = TASKS_A_SLOT * context.defaultParallelism();
        int listed = images.images().size();
        JavaRDD<FeatureBlock> blocks = blocks(context.parallelize(pieces, Math.min(pieces.size(), slots)), task, slots);
        ImageProgress progress = new ImageProgress("looked at", task.done().id(), listed, out);
        spark.addSparkListener(progress);
        try {
            return of(name, listed, blocks, task.network().classes().size());
        } finally {
            spark.removeSparkListener(progress);
            progress.close();
        }
    }

    /**
     * A set of blocks.
     *
     * @param name of the set
     * @param listed how many images there might be
     * @param blocks of {@link MomentTree#BLOCK} images, kept
     * @param classes of the network, 0 if labels are nothing to it
     */
    static FeatureSet of(String name, int listed, JavaRDD<FeatureBlock> blocks, int classes) {
        return new FeatureSet(name, listed, blocks, summaries(blocks, classes));
    }

    /** Counts images that were looked at. */
    static LongAccumulator counter(SparkContext spark) {
        return spark.longAccumulator("images looked at");
    }

    private static List<FeatureTask.Piece> pieces(ListedImages images, int[] labels) {
        List<FeatureTask.Piece> pieces = new ArrayList<>();
        for (int first = 0; first < labels.length; first += PIECE) {
            int end = Math.min(labels.length, first + PIECE);
            List<Row> rows = images.images().subList(first, end).stream()
                    .map(SourceImage::toRow)
                    .toList();
            pieces.add(new FeatureTask.Piece(first, new ArrayList<>(rows), Arrays.copyOfRange(labels, first, end)));
        }
        return pieces;
    }

    /** Static, so that nothing of the driver travels to the executors. */
    private static JavaRDD<FeatureBlock> blocks(JavaRDD<FeatureTask.Piece> pieces, FeatureTask task, int slots) {
        int blocks = (int) ((pieces.count() * PIECE + MomentTree.BLOCK - 1) / MomentTree.BLOCK);
        return pieces.mapPartitionsToPair(rest -> FeatureTask.numbered(task.call(rest), MomentTree.BLOCK))
                .groupByKey(Math.min(blocks, slots))
                .map(block -> FeatureBlock.joined(block._2()))
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    private static List<Summary> summaries(JavaRDD<FeatureBlock> blocks, int classes) {
        return blocks.map(block -> Summary.of(block, classes)).collect();
    }

    /** The blocks in the order of their images; some may be empty. */
    JavaRDD<FeatureBlock> blocks() {
        return blocks.filter(block -> block.count() > 0);
    }

    /** What messages call it. */
    String name() {
        return name;
    }

    /** Numbers of the images that could be read, ascending. */
    int[] images() {
        return summaries.stream()
                .flatMapToInt(summary -> IntStream.of(summary.images))
                .sorted()
                .toArray();
    }

    /** How many images could be read. */
    int count() {
        return images().length;
    }

    /** How many were listed. */
    int listed() {
        return listed;
    }

    /** Why some could not be read, a sentence each. */
    List<String> rejects() {
        return summaries.stream().flatMap(summary -> summary.rejects.stream()).toList();
    }

    /** A name for the pixels of all images, as the network saw them. */
    String fingerprint() {
        Sha256 digest = new Sha256();
        summaries.stream()
                .filter(summary -> summary.images.length > 0)
                .sorted((one, other) -> Integer.compare(one.images[0], other.images[0]))
                .forEach(summary -> digest.add(summary.digests));
        return digest.digits();
    }

    /** How often the network takes images for what their labels say; nothing if none has a label. */
    Optional<ClassifierQuality> quality() {
        int[][] sum = new int[summaries.get(0).confusion.length][summaries.get(0).confusion.length];
        for (Summary summary : summaries) {
            for (int i = 0; i < sum.length; i++) {
                for (int j = 0; j < sum.length; j++) {
                    sum[i][j] += summary.confusion[i][j];
                }
            }
        }
        ClassifierQuality quality = new ClassifierQuality(sum);
        return quality.images() == 0 ? Optional.empty() : Optional.of(quality);
    }

    @Override
    public void close() {
        blocks.unpersist();
    }
}
