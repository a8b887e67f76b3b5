package io.github.marspark.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.cluster.LocalSpark;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of Spark's work when the lease of a folder is lost. */
@Timeout(60)
class LeaseOnSparkTest {
    private static final LeasePace QUICK =
            new LeasePace(Duration.ofMillis(50), Duration.ofSeconds(30), Duration.ofMillis(20));

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @TempDir
    Path folder;

    private final PrintStream out = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

    private LeaseFiles files() {
        return LeaseFiles.in(FileStore.at(folder.toString()));
    }

    private static JavaSparkContext spark() {
        return JavaSparkContext.fromSparkContext(SPARK.session().sparkContext());
    }

    private void giveToAnother() {
        assertThat(files().take(2, LeaseNote.of("another"))).isTrue();
    }

    @Test
    void tasksLookBeforeTheyShowWhatTheyHaveWritten() {
        try (Lease lease = Lease.take(files(), Product.LATENTS, "encode", LeasePace.USUAL, out)) {
            lease.watchOver(spark().sc());
            assertThat(spark().parallelize(List.of(1, 2), 2)
                            .map(LeaseOnSparkTest::show)
                            .collect())
                    .containsExactly(1, 2);
            giveToAnother();
            assertThatThrownBy(() -> spark().parallelize(List.of(1), 1)
                            .map(LeaseOnSparkTest::show)
                            .collect())
                    .hasStackTraceContaining("is no longer this job's: another (");
        }
        assertThat(spark().parallelize(List.of(3), 1)
                        .map(LeaseOnSparkTest::show)
                        .collect())
                .containsExactly(3);
    }

    private static int show(int number) {
        Lease.requireHeldByJob();
        return number;
    }

    @Test
    void workIsEndedWhenTheLeaseIsLost() {
        try (Lease lease = Lease.take(files(), Product.LATENTS, "encode", QUICK, out)) {
            lease.watchOver(spark().sc());
            giveToAnother();
            assertThatThrownBy(() -> spark().parallelize(List.of(1), 1)
                            .map(LeaseOnSparkTest::untilItIsKilled)
                            .collect())
                    .isInstanceOf(SparkException.class)
                    .hasMessageContaining("cancelled");
        }
    }

    private static int untilItIsKilled(int number) throws InterruptedException {
        while (!TaskContext.get().isInterrupted()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return number;
    }
}
