package io.github.marspark.jobs.runtime;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import scala.Function1;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** A barrier stage: all tasks at once, one an executor; if one dies, all begin again from the last checkpoint. */
public final class BarrierStage {
    private static final String GPUS = "spark.executor.resource.gpu.amount";

    /** A task as Scala's collections see it. */
    @FunctionalInterface
    private interface ScalaTask<T> extends Function1<Iterator<Integer>, Iterator<T>>, Serializable {}

    /** What a task of a barrier stage does. */
    @FunctionalInterface
    public interface Task<T> extends Serializable {
        java.util.Iterator<T> run(BarrierTaskContext context);
    }

    private BarrierStage() {}

    /** A barrier stage with one task an executor; what is derived from it without a shuffle is computed in it. */
    public static <T> RDD<T> of(JavaSparkContext spark, Cluster cluster, int tasks, Task<T> task, Class<T> type) {
        List<Integer> ranks = IntStream.range(0, tasks).boxed().toList();
        RDD<Integer> partitions = spark.parallelize(ranks, tasks).rdd();
        ClassTag<T> tag = ClassTag$.MODULE$.apply(type);
        ScalaTask<T> scalaTask = ignored -> JavaConverters.asScalaIterator(task.run(BarrierTaskContext.get()));
        RDD<T> stage = partitions.barrier().mapPartitions(scalaTask, false, tag);
        if (cluster.isLocal()) {
            return stage;
        }
        return stage.withResources(
                new ResourceProfileBuilder().require(resources(spark, cluster)).build());
    }

    /** A task takes all cores of its executor, and its GPU, so that there is one task an executor. */
    private static TaskResourceRequests resources(JavaSparkContext spark, Cluster cluster) {
        TaskResourceRequests resources = new TaskResourceRequests().cpus(cluster.cores());
        return spark.getConf().contains(GPUS) ? resources.resource("gpu", 1) : resources;
    }
}
