package io.github.marspark.jobs.evaluation;

import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.evaluation.MomentTree;
import io.github.marspark.model.evaluation.Moments;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;

/** Mean and covariance of a set, the same bits whatever the partitioning; driver only. */
final class SetStatistics {
    private SetStatistics() {}

    /** Which images count. */
    enum Part {
        ALL,
        /** Those of even numbers. */
        EVEN,
        /** Those of odd numbers. */
        ODD;

        boolean holds(int image) {
            return this == ALL || image % 2 == (this == EVEN ? 0 : 1);
        }

        FeatureBlock of(FeatureBlock block) {
            return this == ALL ? block : block.half(this == EVEN ? 0 : 1);
        }
    }

    /**
     * The statistics of some images of a set.
     *
     * @return nothing if there are fewer than two
     */
    static Optional<FeatureStatistics> of(FeatureSet set, Part part) {
        int[] images = IntStream.of(set.images()).filter(part::holds).toArray();
        if (images.length < 2) {
            return Optional.empty();
        }
        int[] numbers = IntStream.of(images)
                .map(image -> image / MomentTree.BLOCK)
                .distinct()
                .toArray();
        MomentTree tree = new MomentTree((long) numbers.length * MomentTree.BLOCK);
        nodes(set.blocks(), part, numbers).collect().forEach(tree::add);
        return Optional.of(FeatureStatistics.of(tree.root()));
    }

    /**
     * What tasks merge of the tree; static, so that nothing of the driver travels to the executors.
     *
     * @param numbers of the blocks that have images, whose places are those of the tree's leaves
     */
    private static JavaRDD<MomentTree.Node> nodes(JavaRDD<FeatureBlock> blocks, Part part, int[] numbers) {
        return blocks.mapPartitions(rest -> nodes(rest, part, numbers));
    }

    private static Iterator<MomentTree.Node> nodes(Iterator<FeatureBlock> blocks, Part part, int[] numbers) {
        Threads threads = new Threads(TaskContext.get().cpus());
        MomentTree tree = new MomentTree((long) numbers.length * MomentTree.BLOCK);
        while (blocks.hasNext()) {
            FeatureBlock block = part.of(blocks.next());
            if (block.count() > 0) {
                int leaf = Arrays.binarySearch(numbers, block.images()[0] / MomentTree.BLOCK);
                tree.add(leaf, Moments.of(block.table(), 0, block.count(), threads));
            }
        }
        return tree.nodes().iterator();
    }
}
