package io.github.marspark.jobs.training;

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

/** The barrier stage: all tasks at once, one an executor; if one dies, all begin again from the last checkpoint. */
final class TrainingStage {
    private static final ClassTag<String> TEXT = ClassTag$.MODULE$.apply(String.class);
    private static final String GPUS = "spark.executor.resource.gpu.amount";

    /** A task as Scala's collections see it. */
    @FunctionalInterface
    private interface Task extends Function1<Iterator<Integer>, Iterator<String>>, Serializable {}

    private TrainingStage() {}

    /**
     * Runs the training on executors.
     *
     * @return for each rank empty, or the sentence with which the training has ended before its last step
     */
    static List<String> run(JavaSparkContext spark, Cluster cluster, TrainingPlan plan) {
        List<Integer> ranks = IntStream.range(0, plan.ranks()).boxed().toList();
        RDD<Integer> partitions = spark.parallelize(ranks, plan.ranks()).rdd();
        Counters counters = Counters.of(spark);
        Task task = ignored ->
                JavaConverters.asScalaIterator(List.of(train(plan, counters)).iterator());
        RDD<String> trained = partitions.barrier().mapPartitions(task, false, TEXT);
        if (!cluster.isLocal()) {
            trained = trained.withResources(new ResourceProfileBuilder()
                    .require(resources(spark, cluster))
                    .build());
        }
        return trained.toJavaRDD().collect();
    }

    /** A task takes all cores of its executor, and its GPU, so that there is one task an executor. */
    private static TaskResourceRequests resources(JavaSparkContext spark, Cluster cluster) {
        TaskResourceRequests resources = new TaskResourceRequests().cpus(cluster.cores());
        return spark.getConf().contains(GPUS) ? resources.resource("gpu", 1) : resources;
    }

    private static String train(TrainingPlan plan, Counters counters) {
        try (TrainingRun run = new TrainingRun(BarrierTaskContext.get(), plan, counters)) {
            return run.run();
        }
    }
}
