package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.cuda.Emulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Previews of trainings whose two executors are processes of their own. */
@Timeout(300)
class ClusterPreviewsTest {
    private static final String[] LONG = {
        "train.steps=120", "train.checkpoint.every-steps=20", "train.preview.every-steps=15"
    };

    @TempDir
    static Path shared;

    private static LoopbackCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = new LoopbackCluster(shared.resolve("spark"), 2);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Recipe prepared(String name, String... settings) {
        return PreviewsTest.prepared(shared.resolve(name), settings);
    }

    private static String train(JavaSparkContext spark, Recipe recipe) {
        return TinyTraining.train(spark, recipe, OptionalInt.of(2));
    }

    @Test
    void aKilledExecutorChangesNoPreview() throws Exception {
        Recipe undisturbed = prepared("undisturbed", LONG);
        Recipe killed = prepared("killed", LONG);
        try (JavaSparkContext spark = cluster.open(2)) {
            train(spark, undisturbed);
        }
        try (JavaSparkContext spark = cluster.open(2)) {
            CompletableFuture<String> training = CompletableFuture.supplyAsync(() -> train(spark, killed));
            Path metrics = Path.of(killed.checkpoints(), MetricsFile.NAME);
            while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < 55) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            cluster.killAnExecutor();
            assertThat(training.get()).contains("begins again from step ");
        }
        assertThat(PreviewsTest.files(shared.resolve("killed")))
                .hasSize(10) // of 8 steps, side by side, and what drew them
                .usingRecursiveComparison()
                .isEqualTo(PreviewsTest.files(shared.resolve("undisturbed")));
        assertThat(TinyTraining.vectors(killed))
                .usingRecursiveComparison()
                .isEqualTo(TinyTraining.vectors(undisturbed));
    }

    @Test
    void gpusDrawPreviewsThatChangeNoBitOfTheirTraining() throws IOException {
        SparkConf emulated = new SparkConf()
                .set("spark.executor.resource.gpu.amount", "1")
                .set("spark.task.resource.gpu.amount", "0.5")
                .set(Device.LIBRARIES, Emulation.libraries().folder());
        Recipe without = prepared("gpu-without");
        Recipe with = prepared("gpu-with", "train.preview.every-steps=5");
        try (JavaSparkContext spark = cluster.open(2, emulated)) {
            train(spark, without);
            assertThat(train(spark, with))
                    .contains("rank 0 on 127.0.0.1 computes on GPU 5 (emulation)")
                    .doesNotContain("is left out");
        }
        assertThat(PreviewsTest.files(shared.resolve("gpu-with"))).containsKey("step-00000015.png");
        assertThat(TinyTraining.vectors(with)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(without));
    }
}
