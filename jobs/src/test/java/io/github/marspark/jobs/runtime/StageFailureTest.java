package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.exchange.PeerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is made of the messages of a real Spark, of which another version may write others. */
@Timeout(120)
class StageFailureTest {
    private static final int SYNC_SECONDS = 1;

    private static JavaSparkContext local() {
        return new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("failures")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.barrier.sync.timeout", SYNC_SECONDS + "s"));
    }

    private static Exception failure(JavaSparkContext spark, BarrierStage.Task<String> task) {
        Cluster cluster = new Cluster(2, 1, spark.isLocal());
        return catchThrowableOfType(
                Exception.class,
                () -> BarrierStage.of(spark, cluster, 2, task, String.class)
                        .toJavaRDD()
                        .collect());
    }

    private static Exception failure(BarrierStage.Task<String> task) {
        try (JavaSparkContext spark = local()) {
            return failure(spark, task);
        }
    }

    private static void assertTold(Exception failure, String sentence) {
        assertThat(StageFailure.sentence(failure)).isEqualTo(sentence);
        assertThat(StageFailure.told(failure))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(sentence)
                .hasCause(failure);
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void taskThatThrowsIsToldByItsOwnSentence() {
        Exception failure = failure(context -> {
            throw new IllegalStateException("step 3: loss NaN is not finite; do this");
        });
        assertThat(StageFailure.isLoss(failure)).isFalse();
        assertTold(failure, "step 3: loss NaN is not finite; do this");
    }

    @Test
    void fileThatATaskCannotReadIsToldByItsOwnSentence() {
        Exception failure = failure(context -> {
            throw new UncheckedIOException("file:/a/b cannot be read: gone", new IOException("gone"));
        });
        assertThat(StageFailure.isLoss(failure)).isFalse();
        assertTold(failure, "file:/a/b cannot be read: gone");
    }

    @Test
    void exceptionThatIsNotWrittenForAPersonIsNamed() {
        Exception failure = failure(context -> {
            throw new ArithmeticException("/ by zero");
        });
        assertThat(StageFailure.isLoss(failure)).isFalse();
        assertTold(failure, "ArithmeticException: / by zero");
    }

    @Test
    void peerThatIsGoneIsALoss() {
        Exception failure = failure(context -> {
            throw new PeerException("rank 1 (host:7) has closed its connection");
        });
        assertThat(StageFailure.isLoss(failure)).isTrue();
        assertTold(failure, "rank 1 (host:7) has closed its connection");
    }

    @Test
    void taskThatDoesNotComeToTheBarrierIsALoss() {
        Exception failure = failure(context -> {
            if (context.partitionId() == 0) {
                context.barrier();
            } else {
                pause(TimeUnit.SECONDS.toMillis(3L * SYNC_SECONDS));
            }
            return Collections.emptyIterator();
        });
        assertThat(StageFailure.isLoss(failure)).isTrue();
        assertThat(StageFailure.sentence(failure))
                .matches(
                        "SparkException: The coordinator didn't get all barrier sync requests for barrier epoch 0 from Stage 0 \\(Attempt 0\\) within 1 second\\(s\\)\\.");
    }

    @Test
    void taskThatIsKilledIsALoss() throws Exception {
        try (JavaSparkContext spark = local()) {
            CompletableFuture<Exception> failure = CompletableFuture.supplyAsync(() -> failure(spark, context -> {
                pause(TimeUnit.MINUTES.toMillis(1));
                return List.of("not killed").iterator();
            }));
            while (!isRunning(spark)) {
                pause(10);
            }
            spark.sc().killTaskAttempt(0, true, "its executor is wanted elsewhere");
            assertThat(StageFailure.isLoss(failure.get())).isTrue();
            assertThat(StageFailure.sentence(failure.get())).isEqualTo("TaskKilled (its executor is wanted elsewhere)");
        }
    }

    private static boolean isRunning(JavaSparkContext spark) {
        for (int stage : spark.statusTracker().getActiveStageIds()) {
            SparkStageInfo info = spark.statusTracker().getStageInfo(stage);
            if (info != null && info.numActiveTasks() == 2) {
                return true;
            }
        }
        return false;
    }

    @Test
    @Tag("cluster")
    void executorThatIsLostIsNamed(@TempDir Path folder) throws Exception {
        try (LoopbackCluster cluster = new LoopbackCluster(folder.resolve("spark"), 1);
                JavaSparkContext spark = cluster.open(2)) {
            CompletableFuture<Exception> failure = CompletableFuture.supplyAsync(() -> failure(spark, context -> {
                pause(TimeUnit.MINUTES.toMillis(1));
                return List.of("not lost").iterator();
            }));
            while (!isRunning(spark)) {
                pause(10);
            }
            cluster.killAnExecutor();
            assertThat(StageFailure.isLoss(failure.get())).isTrue();
            assertThat(StageFailure.sentence(failure.get()))
                    .startsWith("ExecutorLostFailure (executor ")
                    .doesNotContain("\n");
        }
    }
}
