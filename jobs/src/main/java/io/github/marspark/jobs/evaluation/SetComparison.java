package io.github.marspark.jobs.evaluation;

import io.github.marspark.model.evaluation.Features;
import io.github.marspark.model.evaluation.InceptionScore;
import io.github.marspark.model.evaluation.KernelDistance;
import io.github.marspark.model.evaluation.NumpyRandom;
import io.github.marspark.model.evaluation.PrecisionRecall;
import io.github.marspark.model.evaluation.Spread;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;

/**
 * Numbers that are computed over images themselves, in Spark: a task a split of the score, a pair of subsets of the kernel
 * distance, two blocks of precision and recall. Driver only.
 */
final class SetComparison {
    private SetComparison() {}

    /**
     * The score of a set, over {@link InceptionScore#SPLITS} splits.
     *
     * @throws IllegalArgumentException if there are fewer images than splits
     */
    static Spread score(FeatureSet set) {
        int[] order = new NumpyRandom(InceptionScore.SEED).permutation(set.count());
        List<int[]> splits = Arrays.asList(InceptionScore.split(order, InceptionScore.SPLITS));
        Drawn.Groups groups = Drawn.Groups.of(0, set.images(), splits);
        return spread(scores(Drawn.of(set.blocks(), groups, FeatureBlock::logit)), splits.size());
    }

    private static JavaPairRDD<Integer, Double> scores(JavaPairRDD<Integer, Drawn> rows) {
        return rows.groupByKey(InceptionScore.SPLITS).mapValues(group -> {
            Features logits = Drawn.table(group, 0);
            return InceptionScore.of(logits, IntStream.range(0, logits.count()).toArray());
        });
    }

    /** The kernel distance of two sets, over subsets of a size. */
    static Spread kernelDistance(FeatureSet one, FeatureSet other, int size) {
        List<KernelDistance.Pair> pairs =
                KernelDistance.pairs(KernelDistance.SEED, KernelDistance.SUBSETS, size, one.count(), other.count());
        JavaPairRDD<Integer, Drawn> rows = Drawn.of(
                        one.blocks(),
                        Drawn.Groups.of(
                                0,
                                one.images(),
                                pairs.stream().map(KernelDistance.Pair::one).toList()),
                        FeatureBlock::feature)
                .union(Drawn.of(
                        other.blocks(),
                        Drawn.Groups.of(
                                1,
                                other.images(),
                                pairs.stream().map(KernelDistance.Pair::other).toList()),
                        FeatureBlock::feature));
        return spread(kernelDistances(rows), pairs.size());
    }

    private static JavaPairRDD<Integer, Double> kernelDistances(JavaPairRDD<Integer, Drawn> rows) {
        return rows.groupByKey(KernelDistance.SUBSETS).mapValues(group -> {
            Features one = Drawn.table(group, 0);
            Features other = Drawn.table(group, 1);
            int[] all = IntStream.range(0, one.count()).toArray();
            return KernelDistance.of(
                    one,
                    other,
                    new KernelDistance.Pair(all, all),
                    new Threads(TaskContext.get().cpus()));
        });
    }

    private static Spread spread(JavaPairRDD<Integer, Double> values, int count) {
        double[] ordered = new double[count];
        values.collect().forEach(value -> ordered[value._1()] = value._2());
        return Spread.of(ordered);
    }

    /** Precision and recall of a set against another. */
    static PrecisionRecall precisionRecall(FeatureSet generated, FeatureSet real) {
        JavaRDD<FeatureBlock> ofGenerated = generated.blocks();
        JavaRDD<FeatureBlock> ofReal = real.blocks();
        return new PrecisionRecall(
                Neighbours.inside(ofGenerated, ofReal, Neighbours.squaredRadii(ofReal)),
                generated.count(),
                Neighbours.inside(ofReal, ofGenerated, Neighbours.squaredRadii(ofGenerated)),
                real.count());
    }
}
