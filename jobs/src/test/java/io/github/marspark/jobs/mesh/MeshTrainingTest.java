package io.github.marspark.jobs.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.command.Command;
import io.github.marspark.jobs.command.ExportCommand;
import io.github.marspark.jobs.command.SampleCommand;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.training.TinyTraining;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's gradient sharing on two executors, each with a loopback address of its own, and on two that share one. */
@Tag("cluster")
@Timeout(120)
class MeshTrainingTest {
    @TempDir
    static Path shared;

    private static LoopbackCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = new LoopbackCluster(shared.resolve("spark"), 1, "127.0.0.2", "127.0.0.3");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Recipe prepared(String name, String... settings) throws SocketException {
        String[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "train.gradient-sharing=dl4j-shared";
        all[settings.length + 1] = "train.dl4j-shared.port=" + freePort();
        Recipe recipe = TinyTraining.recipe(shared.resolve(name), all);
        TinyTraining.writeLatents(recipe, 30);
        return recipe;
    }

    private static int freePort() throws SocketException {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String train(JavaSparkContext spark, Recipe recipe) {
        return TinyTraining.train(spark, recipe, OptionalInt.of(2));
    }

    private static double mean(Map<Long, Double> losses, long from, long to) {
        return losses.entrySet().stream()
                .filter(loss -> loss.getKey() > from && loss.getKey() <= to)
                .mapToDouble(Map.Entry::getValue)
                .average()
                .orElseThrow();
    }

    @Test
    void twoExecutorsLearnAndLeaveACheckpoint() throws IOException {
        Recipe recipe = prepared(
                "trained",
                "train.steps=200",
                "train.checkpoint.every-steps=50",
                "train.dl4j-shared.first-threshold=1e-3",
                "train.dl4j-shared.chunk-bytes=1024");
        Tokenizer tokenizer = tokenizer();
        tokenizer.save(Path.of(recipe.tokenizerFolder()));
        TinyTraining.writeLatents(Path.of(recipe.latents()), TinyTraining.header(tokenizer.fingerprint()), 30);
        try (JavaSparkContext spark = cluster.open(2)) {
            assertThat(train(spark, recipe)).contains("trained to step 200").contains("no moving average is kept");
        }
        Map<Long, Double> losses = TinyTraining.losses(recipe);
        assertThat(losses).hasSize(200);
        // while the learning rate rises from 0: the loss of a network that predicts no noise at all, about 1
        double untrained = mean(losses, 0, 5);
        assertThat(mean(losses, 180, 200)).isLessThan(0.6 * untrained);
        CheckpointReader last = CheckpointReader.latest(recipe.checkpoints());
        assertThat(last.step()).isEqualTo(200);
        assertThat(last.manifest().data().records()).isEqualTo(30);
        assertThat(last.average()).isEqualTo(last.parameters());
        assertItIsExportedAndSampled(recipe);
    }

    private static void assertItIsExportedAndSampled(Recipe recipe) throws IOException {
        Path file = Files.writeString(shared.resolve("tiny.conf"), TinyTraining.text());
        Path weights = shared.resolve("weights.safetensors");
        assertThat(run(new ExportCommand(), recipe, file, "file=" + weights)).contains("of step 200");
        assertThat(weights).isNotEmptyFile();
        assertThat(run(new SampleCommand(), recipe, file, "sample.per-class=1")).contains("3 images in");
        assertThat(Path.of(recipe.samples())).isDirectoryRecursivelyContaining("glob:**.png");
    }

    private static String run(Command job, Recipe recipe, Path file, String... words) {
        List<String> all = new ArrayList<>(List.of(file.toString(), "out=" + Path.of(recipe.out())));
        all.addAll(List.of(words));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        job.run(all, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }

    /** Encodes nothing that a person could see, and draws nothing either. */
    private static Tokenizer tokenizer() {
        AutoencoderConfig config = new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(), List.of(), 2, 4);
        long parameters = AutoencoderParameters.layout(config).size();
        return new Tokenizer(config, Nd4j.valueArrayOf(new long[] {parameters}, 0.1, DataType.FLOAT), 0.5);
    }

    @Test
    void twoExecutorsOnOneAddressAreRefused() throws IOException {
        Recipe recipe = prepared("refused");
        try (JavaSparkContext spark =
                cluster.open(2, new SparkConf().set("spark.executorEnv." + MeshAddress.VARIABLE, "127.0.0.2"))) {
            assertThatThrownBy(() -> train(spark, recipe))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching(
                            "executor \\d on 127.0.0.[23] and executor \\d on 127.0.0.[23] have one address in the mesh, 127.0.0.2, .*DL4J_VOID_IP.*");
        }
        assertThat(Files.exists(Path.of(recipe.checkpoints()).resolve("step-00000020")))
                .isFalse();
    }

    @Test
    void lostExecutorEndsTheTrainingWithASentence() throws Exception {
        Recipe recipe = prepared("lost", "train.steps=20000", "train.checkpoint.every-steps=20");
        try (JavaSparkContext spark = cluster.open(2)) {
            CompletableFuture<String> training = CompletableFuture.supplyAsync(() -> train(spark, recipe));
            while (new CheckpointFolder(recipe.checkpoints()).steps().isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            cluster.killAnExecutor();
            assertThatThrownBy(() -> training.get(60, TimeUnit.SECONDS))
                    .hasMessageMatching("(?s).*(an executor was lost|has not been heard of since|ExecutorLost).*");
        }
        assertThat(CheckpointReader.latest(recipe.checkpoints()).step()).isPositive();
    }
}
