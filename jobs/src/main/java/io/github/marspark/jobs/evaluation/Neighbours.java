package io.github.marspark.jobs.evaluation;

import io.github.marspark.model.evaluation.PointBlock;
import io.github.marspark.model.evaluation.PrecisionRecall;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** Nearest neighbours and balls around points, block against block; minima and disjunctions have no order. */
final class Neighbours {
    /** A point's own distance of 0 is among the nearest. */
    private static final int NEAREST = PrecisionRecall.NEIGHBOURS + 1;

    private Neighbours() {}

    /**
     * How far the balls around points reach.
     *
     * @param squared radius of each point of a block, by the block's first number
     */
    record Radii(Map<Integer, double[]> squared) implements Serializable {}

    /** The squared distance of each point to its k-th nearest neighbour. */
    static Radii squaredRadii(JavaRDD<FeatureBlock> set) {
        JavaPairRDD<Integer, double[]> nearest = set.cartesian(set)
                .mapToPair(pair -> new Tuple2<>(
                        pair._1().first(), points(pair._1()).nearest(points(pair._2()), NEAREST, kernels())))
                .reduceByKey((one, other) -> PointBlock.merged(one, other, NEAREST));
        return new Radii(new HashMap<>(nearest.mapValues(Neighbours::farthest).collectAsMap()));
    }

    private static double[] farthest(double[] nearest) {
        return IntStream.range(0, nearest.length / NEAREST)
                .mapToDouble(point -> nearest[point * NEAREST + NEAREST - 1])
                .toArray();
    }

    /** How many points lie in the ball of some centre. */
    static int inside(JavaRDD<FeatureBlock> points, JavaRDD<FeatureBlock> centres, Radii squaredRadii) {
        Broadcast<Radii> radii =
                JavaSparkContext.fromSparkContext(points.context()).broadcast(squaredRadii);
        return points.cartesian(centres)
                .mapToPair(pair -> new Tuple2<>(
                        pair._1().first(),
                        covered(
                                pair._1(),
                                pair._2(),
                                radii.value().squared().get(pair._2().first()))))
                .reduceByKey(Neighbours::either)
                .map(covered -> trues(covered._2()))
                .reduce(Integer::sum);
    }

    private static boolean[] covered(FeatureBlock points, FeatureBlock centres, double @Nullable [] squaredRadii) {
        return points(points).covered(points(centres), Objects.requireNonNull(squaredRadii), kernels());
    }

    private static boolean[] either(boolean[] one, boolean[] other) {
        boolean[] either = one.clone();
        for (int i = 0; i < either.length; i++) {
            either[i] |= other[i];
        }
        return either;
    }

    private static int trues(boolean[] values) {
        return (int) IntStream.range(0, values.length).filter(i -> values[i]).count();
    }

    private static PointBlock points(FeatureBlock block) {
        return PointBlock.of(block.table(), 0, block.count());
    }

    private static Kernels kernels() {
        return new CpuKernels(new Threads(TaskContext.get().cpus()));
    }
}
