package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.jobs.runtime.ExecutorWish;
import io.github.marspark.model.cuda.Emulation;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trains on executors that are processes of their own, some of which are killed. */
@Tag("cluster")
@Timeout(180)
class ClusterTrainingTest {
    private static final String[] LONG = {"train.steps=120", "train.checkpoint.every-steps=20"};

    @TempDir
    static Path shared;

    private static LoopbackCluster cluster;
    private static Recipe undisturbed;

    @BeforeAll
    static void start() throws IOException {
        cluster = new LoopbackCluster(shared.resolve("spark"), 2);
        undisturbed = prepared("undisturbed", LONG);
        try (JavaSparkContext spark = cluster.open(2)) {
            assertThat(train(spark, undisturbed, OptionalInt.empty())).contains("on 2 executors of 1 core");
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Recipe prepared(String name, String... settings) {
        Recipe recipe = TinyTraining.recipe(shared.resolve(name), settings);
        TinyTraining.writeLatents(recipe, 30);
        return recipe;
    }

    private static String train(JavaSparkContext spark, Recipe recipe, OptionalInt executors) {
        return TinyTraining.train(spark, recipe, executors);
    }

    private static void awaitSteps(Recipe recipe, int steps) throws IOException, InterruptedException {
        Path metrics = Path.of(recipe.checkpoints(), MetricsFile.NAME);
        while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < steps) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void oneAndFourExecutorsLearnAsTwoDo(int executors) throws IOException {
        Recipe other = prepared("executors-" + executors, LONG);
        try (JavaSparkContext spark = cluster.open(executors)) {
            train(spark, other, OptionalInt.of(executors));
        }
        TinyTraining.losses(undisturbed)
                .forEach((step, loss) -> assertThat(TinyTraining.losses(other))
                        .hasEntrySatisfying(step, found -> assertThat(found).isCloseTo(loss, within(1e-5 * loss))));
    }

    /** Three of eight come; two of them can share the eight streams. */
    @Test
    void executorsThatDoNotComeAreWaitedForAndThenDoneWithoutIfThatIsWished() throws IOException {
        Recipe fewer = prepared("fewer", "train.steps=2");
        try (JavaSparkContext spark = cluster.open(3)) {
            Duration patience = Duration.ofSeconds(6);
            ExecutorWish all = new ExecutorWish(OptionalInt.of(8), OptionalInt.empty(), patience);
            assertThatThrownBy(() -> TinyTraining.train(spark, fewer, all))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "%s has given 3 of 8 executors within 6 seconds (on 127.0.0.1); see its page for free cores and memory, wait longer by executors-timeout=SECONDS, or go on with fewer by fewest-executors=3"
                                    .formatted(spark.master()));
            ExecutorWish some = new ExecutorWish(OptionalInt.of(8), OptionalInt.of(2), patience);
            assertThat(TinyTraining.train(spark, fewer, some))
                    .containsPattern(
                            "waits for 8 executors of spark://127\\.0\\.0\\.1:\\d+, [0-3] seconds more at most: 3 have come")
                    .contains(
                            "goes on with 3 of 8 executors (on 127.0.0.1), since no more have come within 6 seconds",
                            "on 2 executors of 1 core",
                            "trained to step 2");
        }
    }

    private static SparkConf gpus() {
        return new SparkConf()
                .set("spark.executor.resource.gpu.amount", "1")
                .set("spark.task.resource.gpu.amount", "0.5");
    }

    @Test
    void gpuThatSparkAssignsIsLeftAloneWhereTheProcessorIsAskedFor() throws IOException {
        Recipe recipe = prepared("no-gpu", "train.steps=2");
        try (JavaSparkContext spark = cluster.open(2, gpus().set(Device.CHOICE, "cpu"))) {
            assertThat(train(spark, recipe, OptionalInt.of(2)))
                    .contains("rank 0 on 127.0.0.1 computes on the processor, although Spark assigned GPU 5: ")
                    .contains("rank 1 on 127.0.0.1 computes on the processor, although Spark assigned GPU 5: ");
        }
    }

    @Test
    void gpuWhoseDriverIsMissingEndsTheTrainingBeforeItsFirstStep() throws IOException {
        Recipe recipe = prepared("no-driver", "train.steps=2");
        SparkConf elsewhere = gpus().set(Device.LIBRARIES, shared.toString());
        try (JavaSparkContext spark = cluster.open(2, elsewhere)) {
            assertThatThrownBy(() -> train(spark, recipe, OptionalInt.of(2)))
                    .hasStackTraceContaining("NVIDIA's driver cannot be loaded: looked for libcuda.so.1, in " + shared);
        }
        assertThat(Path.of(recipe.checkpoints(), MetricsFile.NAME)).doesNotExist();
    }

    @Test
    void twoGpusLearnAsTwoProcessorsDo() throws IOException {
        Recipe onProcessors = prepared("on-processors");
        Recipe onGpus = prepared("on-gpus");
        try (JavaSparkContext spark = cluster.open(2)) {
            train(spark, onProcessors, OptionalInt.of(2));
        }
        SparkConf emulated = gpus().set(Device.LIBRARIES, Emulation.libraries().folder());
        try (JavaSparkContext spark = cluster.open(2, emulated)) {
            assertThat(train(spark, onGpus, OptionalInt.of(2)))
                    .contains("rank 0 on 127.0.0.1 computes on GPU 5 (emulation), the one that Spark assigned")
                    .contains("rank 1 on 127.0.0.1 computes on GPU 5 (emulation), the one that Spark assigned");
        }
        assertThat(TinyTraining.losses(onGpus)).hasSize(20);
        TinyTraining.losses(onProcessors)
                .forEach((step, loss) -> assertThat(TinyTraining.losses(onGpus))
                        .hasEntrySatisfying(step, found -> assertThat(found).isCloseTo(loss, within(1e-5 * loss))));
    }

    @Test
    void strangerIsRefusedAndNamedAndChangesNothing() throws Exception {
        Recipe recipe = prepared("stranger", LONG);
        try (JavaSparkContext spark = cluster.open(2)) {
            CompletableFuture<String> training =
                    CompletableFuture.supplyAsync(() -> train(spark, recipe, OptionalInt.of(2)));
            Address executor = Address.parse(awaitLog(spark, Pattern.compile("rank 0 of 2 listens at (\\S+)")));
            assertThatThrownBy(() -> speakWithoutSecret(executor)).isInstanceOf(RuntimeException.class);
            assertThat(training).isNotDone();
            awaitLog(
                    spark,
                    Pattern.compile("(refused /127\\.0\\.0\\.1:\\d+), which does not know this application's secret"));
            assertThat(training.get()).doesNotContain("begins again");
        }
        assertThat(TinyTraining.vectors(recipe))
                .usingRecursiveComparison()
                .isEqualTo(TinyTraining.vectors(undisturbed));
    }

    private static String awaitLog(JavaSparkContext spark, Pattern sought) throws IOException, InterruptedException {
        while (true) {
            Optional<String> found = cluster.log(spark).stream()
                    .map(sought::matcher)
                    .filter(Matcher::find)
                    .map(matcher -> matcher.group(1))
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void speakWithoutSecret(Address executor) throws IOException {
        SparkConf open = new SparkConf(false).set("spark.app.id", "stranger");
        Duration patience = Duration.ofSeconds(10);
        try (SparkNetwork network = new SparkNetwork(open, null, "stranger", patience, new NoOpRpcHandler())) {
            network.connect(executor).sendRpcSync(ByteBuffer.allocate(100), patience.toMillis());
        }
    }

    /** In the middle of a step or of a checkpoint's write; another seed is another moment. */
    @Test
    void killedExecutorChangesNothing() throws Exception {
        long seed = 20;
        Recipe recipe = prepared("killed", LONG);
        int step = 1 + new Random(seed).nextInt(90);
        try (JavaSparkContext spark = cluster.open(2)) {
            CompletableFuture<String> training =
                    CompletableFuture.supplyAsync(() -> train(spark, recipe, OptionalInt.of(2)));
            awaitSteps(recipe, step);
            cluster.killAnExecutor();
            assertThat(training.get())
                    .as("killed after step %d, of seed %d", step, seed)
                    .contains("begins again from step ");
        }
        assertThat(TinyTraining.vectors(recipe))
                .as("killed after step %d, of seed %d", step, seed)
                .usingRecursiveComparison()
                .isEqualTo(TinyTraining.vectors(undisturbed));
        assertThat(TinyTraining.losses(recipe)).isEqualTo(TinyTraining.losses(undisturbed));
    }

    @Test
    void killedDriverGoesOnWithTheSameCommandAndLosesNoStep() throws Exception {
        Recipe recipe = prepared("driver", LONG);
        Path file = Files.writeString(shared.resolve("tiny.conf"), TinyTraining.text());
        ProcessBuilder command = mainProcess(file, recipe);
        Process first = command.start();
        awaitSteps(recipe, 31);
        first.destroyForcibly().waitFor();
        long covered = new CheckpointFolder(recipe.checkpoints()).steps().get(0);
        assertThat(TinyTraining.losses(recipe).keySet())
                .containsAll(LongStream.rangeClosed(1, covered).boxed().toList());
        Process second = command.start();
        assertThat(second.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isZero();
        assertThat(shared.resolve("driver.log")).content().contains("goes on from ");
        assertThat(TinyTraining.vectors(recipe))
                .usingRecursiveComparison()
                .isEqualTo(TinyTraining.vectors(undisturbed));
        assertThat(Path.of(recipe.checkpoints(), MetricsFile.NAME)).content().hasLineCount(120);
        assertThat(TinyTraining.losses(recipe)).isEqualTo(TinyTraining.losses(undisturbed));
    }

    /** The driver's working folder is none of the executors', and the default paths begin there. */
    @Test
    void relativePathsAreTheDriversAndTheDriverEndsWhenItIsDone() throws Exception {
        Path home = Files.createDirectories(shared.resolve("home"));
        Files.writeString(home.resolve("tiny.conf"), TinyTraining.text());
        Recipe recipe = TinyTraining.recipe(home.resolve("out/tiny"), "train.steps=6");
        TinyTraining.writeLatents(recipe, 30);
        Path log = shared.resolve("relative.log");
        ProcessBuilder command = MainProcess.on(cluster, log, List.of("train", "tiny.conf", "train.steps=6"));
        Process driver = command.directory(home.toFile()).start();
        assertThat(driver.waitFor(120, TimeUnit.SECONDS))
                .as("the driver has ended")
                .isTrue();
        assertThat(log).content().contains("on 2 executors", "trained to step 6", "checkpoint " + home);
        assertThat(driver.exitValue()).isZero();
        assertThat(CheckpointReader.latest(recipe.checkpoints()).step()).isEqualTo(6);
        assertThat(shared.resolve("spark/work")).isDirectoryNotContaining("glob:**/out");
        try (Stream<Path> files = Files.walk(shared.resolve("spark/work"))) {
            assertThat(files.filter(file -> file.endsWith("out"))).isEmpty();
        }
    }

    @Test
    void driverThatFailsOnAClusterEndsWithItsCode() throws Exception {
        Path home = Files.createDirectories(shared.resolve("failing"));
        Files.writeString(home.resolve("tiny.conf"), TinyTraining.text());
        TinyTraining.writeLatents(TinyTraining.recipe(home.resolve("out/tiny")), 30);
        Path log = shared.resolve("failing.log");
        String learning = "train.learning-rate=1e30";
        ProcessBuilder command =
                MainProcess.on(cluster, log, List.of("train", "tiny.conf", learning, "train.warmup-steps=0"));
        Process driver = command.directory(home.toFile()).start();
        assertThat(driver.waitFor(120, TimeUnit.SECONDS))
                .as("the driver has ended")
                .isTrue();
        assertThat(log).content().contains("train failed: step ", "gradient are not finite on rank");
        assertThat(driver.exitValue()).isEqualTo(1);
    }

    @Test
    void checkpointsOnEachMachinesOwnDiskAreRefusedBeforeTheFirstStep() throws IOException {
        Recipe recipe = prepared("scattered", "checkpoints=" + OwnDisk.SCHEME + ":/checkpoints");
        try (JavaSparkContext spark =
                cluster.open(2, new SparkConf().set("spark.hadoop.fs.own.impl", OwnDisk.class.getName()))) {
            assertThatThrownBy(() -> train(spark, recipe, OptionalInt.of(2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "own:/checkpoints is not one folder for all machines: what rank-00000 on 127.0.0.1 wrote there is not there for the driver; give a folder on a file system that they share with checkpoints=…");
        } finally {
            FileUtils.deleteDirectory(new File("own-disk"));
        }
    }

    private static ProcessBuilder mainProcess(Path file, Recipe recipe) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("train", file.toString(), "executors=2", "out=" + Path.of(recipe.out())));
        words.addAll(List.of(LONG));
        return MainProcess.of(shared.resolve("driver.log"), words);
    }
}
