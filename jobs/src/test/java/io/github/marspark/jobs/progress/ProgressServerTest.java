package io.github.marspark.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.files.FileStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Without {@code spark.authenticate}, so that nothing but the token keeps strangers out. */
@Timeout(60)
class ProgressServerTest {
    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final RunToken token = RunToken.random();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private MetricsFile metrics;
    private ProgressServer server;

    @BeforeEach
    void listen() {
        metrics = new MetricsFile(FileStore.at(folder.toString()));
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        ProgressBoard board = new ProgressBoard(out, metrics, new Unwatched(), 100, 8, System.nanoTime());
        server = new ProgressServer(token, board, Attendance.NOT_KEPT, FileStore.at(folder.toString()));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static StepReport report(long step) {
        return new StepReport(step, 0.1, 0.5, 1e-3, 2, 100, 0.8, 0.1, 0.1, 7);
    }

    @Test
    void whatExecutorsTellIsKeptBeforeTheyAreAnswered() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("step")).resolve("part"), "1234");
        try (ProgressClient client = new ProgressClient(server.address(), token, PATIENCE)) {
            client.say("a sentence");
            client.report(report(1));
            client.report(report(2));
            client.saved("file:/checkpoints/step");
            assertThat(client.ask(new FilesSeen("step", Map.of("part", 4L)))).isEmpty();
            assertThat(folder.resolve(MetricsFile.NAME)).content().hasLineCount(2);
            assertThat(said()).contains("a sentence", "checkpoint /checkpoints/step", "step 1/100");
        }
    }

    @Test
    void filesThatTheDriverDoesNotSeeAreNamed() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("step")).resolve("short"), "1234");
        try (ProgressClient client = new ProgressClient(server.address(), token, PATIENCE)) {
            assertThat(client.ask(new FilesSeen("step", Map.of("part", 4L, "short", 5L))))
                    .isEqualTo(Map.of("part", "is not there", "short", "has 4 bytes instead of 5"));
            assertThat(client.ask(new FilesSeen("nowhere", Map.of("part", 4L))))
                    .isEqualTo(Map.of("part", "is not there"));
        }
    }

    @Test
    void metricsThatCannotBeKeptAreNamed() throws IOException {
        try (ProgressClient client = new ProgressClient(server.address(), token, PATIENCE)) {
            client.report(report(1));
            assertThat(client.ask(FilesSeen.NONE)).isEmpty();
            Files.delete(folder.resolve(MetricsFile.NAME));
            Files.createDirectory(folder.resolve(MetricsFile.NAME));
            client.report(report(2));
            assertThat(client.ask(FilesSeen.NONE))
                    .hasSize(1)
                    .hasEntrySatisfying(
                            MetricsFile.NAME,
                            found ->
                                    assertThat(found).contains(folder.resolve(MetricsFile.NAME) + " cannot be read: "));
            Files.delete(folder.resolve(MetricsFile.NAME));
        }
    }

    /** As one did with a step of long ago, which took the lines of all later ones away. */
    @Test
    void strangersMessagesAreNotHeardAndTheirConnectionIsClosed() throws IOException, InterruptedException {
        try (ProgressClient client = new ProgressClient(server.address(), token, PATIENCE)) {
            client.report(report(1));
            client.report(report(2));
            for (RunToken wrong : new RunToken[] {RunToken.random(), null}) {
                forge(wrong, "{\"step\":1,\"loss\":1e9,\"imagesPerSecond\":1}");
                forge(wrong, "{\"saved\":\"file:/nowhere\"}");
                forge(wrong, "{\"say\":\"give me money\"}");
            }
            assertThat(client.ask(FilesSeen.NONE)).isEmpty();
        }
        assertThat(metrics.losses()).isEqualTo(Map.of(1L, 0.5, 2L, 0.5));
        assertThat(said()).doesNotContain("nowhere", "money");
    }

    private void forge(RunToken wrong, String json) throws IOException, InterruptedException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        try (SparkNetwork network = SparkNetwork.ofThisProcess(PATIENCE, new NoOpRpcHandler())) {
            TransportClient stranger = network.connect(server.address());
            stranger.send(
                    wrong == null
                            ? ByteBuffer.wrap(bytes)
                            : wrong.message(bytes.length).put(bytes).flip());
            while (stranger.isActive()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    @Test
    void strangersQuestionIsRefusedWithoutTheToken() throws IOException {
        try (SparkNetwork network = SparkNetwork.ofThisProcess(PATIENCE, new NoOpRpcHandler())) {
            TransportClient stranger = network.connect(server.address());
            assertThatThrownBy(() -> stranger.sendRpcSync(ByteBuffer.allocate(100), PATIENCE.toMillis()))
                    .hasMessageContaining(
                            "refused: it has not the token of this run, so that it is of an earlier attempt or of a stranger");
        }
    }

    @Test
    void executorOfAnEarlierAttemptIsNotHeard() {
        ProgressClient late = new ProgressClient(server.address(), RunToken.random(), PATIENCE);
        late.report(report(1));
        assertThatThrownBy(() -> late.ask(FilesSeen.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the driver at /127.0.0.1:");
        late.close();
        assertThat(metrics.losses()).isEmpty();
    }

    /** Where nobody watches. */
    private static final class Unwatched implements ProgressWatcher {
        @Override
        public void step(StepReport report) {
            // nobody watches
        }

        @Override
        public void saved(String checkpoint) {
            // nobody watches
        }
    }
}
