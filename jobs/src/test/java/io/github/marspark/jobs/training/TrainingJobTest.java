package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointFormatException;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.WholeCheckpoint;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import scala.collection.JavaConverters;

/** Trains tiny networks in this process, with one, two and four ranks that speak over real sockets. */
class TrainingJobTest {
    private static JavaSparkContext spark;

    @BeforeAll
    static void open() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[4]")
                .setAppName("training")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.authenticate", "true")
                .set("spark.network.crypto.enabled", "true")
                .set("spark.hadoop.fs.full.impl", FullDisk.class.getName()));
    }

    @AfterAll
    static void close() {
        spark.close();
    }

    private static String train(Recipe recipe, int ranks) {
        return TinyTraining.train(spark, recipe, OptionalInt.of(ranks));
    }

    private static Recipe prepared(Path folder, String... settings) {
        Recipe recipe = TinyTraining.recipe(folder, settings);
        TinyTraining.writeLatents(recipe, 30);
        return recipe;
    }

    private static void assertAgree(Map<Long, Double> losses, Map<Long, Double> expected) {
        assertThat(losses.keySet()).isEqualTo(expected.keySet());
        losses.forEach((step, loss) -> {
            double wanted = expected.getOrDefault(step, Double.NaN);
            assertThat(loss).as("step %d", step).isCloseTo(wanted, within(1e-5 * wanted));
        });
    }

    /** Parameters of one and of more ranks differ by the rounding of sums, and so do their losses. */
    @Test
    void heldOutLatentsAreMeasuredTheSameByAnyNumberOfRanksAndAfterAnyRestart(@TempDir Path folder) throws IOException {
        String[] settings = {
            "train.validation.share=0.3",
            "train.validation.every-steps=4",
            "train.steps=10",
            "train.checkpoint.every-steps=5"
        };
        Recipe one = prepared(folder.resolve("one"), settings);
        Recipe four = prepared(folder.resolve("four"), settings);
        assertThat(train(one, 1))
                .contains("(30 latents of 2 × 4 × 4, of which 9 are never trained on)", "step 4/10  validation loss ");
        train(four, 4);
        Map<Long, Double> expected = TinyTraining.validationLosses(one);
        assertThat(expected).containsOnlyKeys(4L, 8L, 10L);
        assertAgree(TinyTraining.validationLosses(four), expected);
        Recipe resumed = prepared(folder.resolve("resumed"), settings);
        train(shorter(folder.resolve("resumed"), settings), 2);
        Recipe whole = prepared(folder.resolve("whole"), settings);
        train(whole, 2);
        train(resumed, 2);
        Map<Long, Double> after = TinyTraining.validationLosses(resumed);
        assertThat(after).containsEntry(8L, TinyTraining.validationLosses(whole).get(8L));
        assertThat(after)
                .containsEntry(10L, TinyTraining.validationLosses(whole).get(10L));
        assertThatThrownBy(() -> train(
                        TinyTraining.recipe(folder.resolve("one"), "train.validation.share=0.2", "train.steps=12"), 1))
                .hasMessageContaining("train.validation.share was 0.3, is 0.2");
    }

    private static Recipe shorter(Path folder, String... settings) {
        String[] five = Arrays.copyOf(settings, settings.length);
        five[2] = "train.steps=5";
        return TinyTraining.recipe(folder, five);
    }

    @Test
    void lossesOfOneTwoAndFourRanksAgree(@TempDir Path folder) {
        Recipe one = prepared(folder.resolve("one"), "train.steps=100", "train.checkpoint.every-steps=0");
        Recipe two = prepared(folder.resolve("two"), "train.steps=100", "train.checkpoint.every-steps=0");
        Recipe four = prepared(folder.resolve("four"), "train.steps=100", "train.checkpoint.every-steps=0");
        train(one, 1);
        train(two, 2);
        train(four, 4);
        Map<Long, Double> expected = TinyTraining.losses(one);
        assertThat(expected).hasSize(100);
        for (Recipe other : List.of(two, four)) {
            assertAgree(TinyTraining.losses(other), expected);
        }
        double begin = expected.entrySet().stream()
                .filter(e -> e.getKey() <= 10)
                .mapToDouble(Map.Entry::getValue)
                .average()
                .orElseThrow();
        double end = expected.entrySet().stream()
                .filter(e -> e.getKey() > 90)
                .mapToDouble(Map.Entry::getValue)
                .average()
                .orElseThrow();
        assertThat(end).isLessThan(0.9 * begin);
    }

    private static final int CODES = 12;

    /** What a recipe says of each system, of which MAR is tested above. */
    static Stream<List<String>> systems() {
        List<String> causal = List.of("model.attention=causal", "sample.iterations=16");
        List<String> ids = List.of(
                "model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=" + CODES, "train.schedule=cosine");
        return Stream.of(
                causal,
                Stream.concat(causal.stream(), Stream.of("model.order=raster")).toList(),
                Stream.concat(causal.stream(), ids.stream()).toList(),
                ids);
    }

    private static Recipe preparedWithIds(Path folder, List<String> settings, String... more) {
        Recipe recipe = TinyTraining.recipe(
                folder, Stream.concat(settings.stream(), Stream.of(more)).toArray(String[]::new));
        TinyTraining.writeLatents(
                Path.of(recipe.latents()), TinyTraining.header(2, 0.5).withCodes(CODES), 30);
        return recipe;
    }

    @ParameterizedTest
    @MethodSource("systems")
    void lossesOfEverySystemAgreeAndItGoesOnFromItsCheckpoint(List<String> settings, @TempDir Path folder) {
        Recipe one = preparedWithIds(folder.resolve("one"), settings);
        train(one, 1);
        for (int ranks : new int[] {2, 4}) {
            Recipe other = preparedWithIds(folder.resolve("of" + ranks), settings);
            train(other, ranks);
            assertAgree(TinyTraining.losses(other), TinyTraining.losses(one));
        }
        if (settings.contains("train.schedule=cosine")) {
            return; // the rate of each step depends on how many there are
        }
        train(preparedWithIds(folder.resolve("begun"), settings, "train.steps=10"), 1);
        Recipe continued = TinyTraining.recipe(folder.resolve("begun"), settings.toArray(String[]::new));
        train(continued, 1);
        assertThat(TinyTraining.vectors(continued)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(one));
    }

    @Test
    void idsLowerTheCrossEntropyFromThatOfAGuess(@TempDir Path folder) {
        List<String> settings = systems().toList().get(2);
        Recipe recipe = preparedWithIds(folder, settings, "train.steps=100", "train.checkpoint.every-steps=0");
        train(recipe, 1);
        Map<Long, Double> losses = TinyTraining.losses(recipe);
        double begin = losses.getOrDefault(1L, Double.NaN);
        assertThat(begin).isBetween(0.9 * Math.log(CODES), 2 * Math.log(CODES));
        assertThat(losses.getOrDefault(100L, Double.NaN)).isLessThan(0.9 * begin);
    }

    @Test
    void latentsWithoutTheRecipesIdsAreRefused(@TempDir Path folder) {
        String[] settings = {"model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=12"};
        Recipe without = prepared(folder.resolve("without"), settings);
        assertThatThrownBy(() -> train(without, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        without.latents()
                                + " holds latents without ids, the cross-entropy loss of the recipe's network takes ids of 12 codes; encode the images with the recipe's tokenizer");
        Recipe others = TinyTraining.recipe(folder.resolve("others"), settings);
        TinyTraining.writeLatents(
                Path.of(others.latents()), TinyTraining.header(2, 0.5).withCodes(15), 30);
        assertThatThrownBy(() -> train(others, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        others.latents()
                                + " holds ids of 15 codes, the cross-entropy loss of the recipe's network takes ids of 12 codes; encode the images with the recipe's tokenizer");
    }

    @Test
    void webPageShowsTheLastStep(@TempDir Path folder) throws Exception {
        Map<String, Object> shown = new ConcurrentHashMap<>();
        SparkListener page = new SparkListener() {
            @Override
            public void onStageCompleted(SparkListenerStageCompleted completed) {
                JavaConverters.asJavaCollection(
                                completed.stageInfo().accumulables().values())
                        .forEach(number ->
                                shown.put(number.name().get(), number.value().get()));
            }
        };
        Recipe recipe = prepared(folder);
        spark.sc().addSparkListener(page);
        train(recipe, 2);
        spark.sc().listenerBus().waitUntilEmpty(10_000);
        spark.sc().removeSparkListener(page);
        assertThat(shown)
                .containsEntry("steps of all executors", 40L)
                .containsEntry("images", 160L)
                .containsEntry("loss", TinyTraining.losses(recipe).get(20L))
                .containsKeys("epoch", "learning rate", "gradient norm", "images per second", "share of time waiting");
    }

    @Test
    void sameNumberOfRanksGivesTheSameBits(@TempDir Path folder) {
        Recipe once = prepared(folder.resolve("once"));
        Recipe again = prepared(folder.resolve("again"));
        train(once, 2);
        train(again, 2);
        assertThat(TinyTraining.vectors(again)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(once));
        assertThat(TinyTraining.losses(again)).isEqualTo(TinyTraining.losses(once));
    }

    @Test
    void trainingGoesOnFromItsCheckpointBitForBit(@TempDir Path folder) throws IOException {
        Recipe whole = prepared(folder.resolve("whole"));
        train(whole, 2);
        Recipe half = prepared(folder.resolve("halves"), "train.steps=10");
        train(half, 2);
        Recipe rest = TinyTraining.recipe(folder.resolve("halves"));
        String said = train(rest, 2);
        assertThat(said).contains("goes on from /").contains("step-00000010");
        assertThat(TinyTraining.vectors(rest)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(whole));
        assertThat(TinyTraining.losses(rest)).isEqualTo(TinyTraining.losses(whole));
        assertThat(train(rest, 2)).contains("is trained already, to step 20");
        try (Stream<Path> files = Files.list(Path.of(rest.checkpoints()))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "step-00000015", "step-00000020", "metrics.jsonl", "loss.png", "report.html");
        }
    }

    @Test
    void anotherNumberOfRanksGoesOnToo(@TempDir Path folder) {
        Recipe whole = prepared(folder.resolve("whole"));
        train(whole, 1);
        train(prepared(folder.resolve("parts"), "train.steps=10"), 4);
        Recipe rest = TinyTraining.recipe(folder.resolve("parts"));
        train(rest, 1);
        Map<Long, Double> expected = TinyTraining.losses(whole);
        assertAgree(TinyTraining.losses(rest), expected);
    }

    @Test
    void damagedCheckpointIsPassedOverWithAWarning(@TempDir Path folder) throws IOException {
        Recipe whole = prepared(folder.resolve("whole"));
        train(whole, 2);
        Recipe half = prepared(folder.resolve("damaged"), "train.steps=15");
        train(half, 2);
        Path shard = Path.of(half.checkpoints(), "step-00000015", "shard-00001-of-00002.safetensors");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length - 3] ^= 1;
        Files.write(shard, bytes);
        assertThat(CheckpointReader.latest(half.checkpoints()).step()).isEqualTo(10);
        Recipe rest = TinyTraining.recipe(folder.resolve("damaged"));
        assertThat(train(rest, 2))
                .contains("warning: " + shard
                        + " is not what was written: its checksum differs; it is kept as damaged-step-00000015")
                .contains("goes on from " + Path.of(half.checkpoints(), "step-00000010"));
        assertThat(TinyTraining.vectors(rest)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(whole));
        Files.write(Path.of(half.checkpoints(), "step-00000020", "shard-00000-of-00002.safetensors"), new byte[8]);
        assertThat(CheckpointReader.latest(half.checkpoints()).step()).isEqualTo(15);
    }

    private static void alterABit(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
    }

    private static List<String> names(Recipe recipe) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(recipe.checkpoints()))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Whether more steps are asked for or not. */
    @ParameterizedTest
    @ValueSource(ints = {15, 20})
    void whereNoCheckpointCanBeUsedTheTrainingDoesNotBeginAnew(int steps, @TempDir Path folder) throws IOException {
        Recipe half = prepared(folder, "train.steps=15");
        train(half, 2);
        Path older = Path.of(half.checkpoints(), "step-00000010");
        Path newer = Path.of(half.checkpoints(), "step-00000015");
        alterABit(older.resolve("shard-00000-of-00002.safetensors"));
        alterABit(newer.resolve("shard-00001-of-00002.safetensors"));
        List<String> before = names(half);
        Recipe rest = TinyTraining.recipe(folder, "train.steps=" + steps);
        assertThatThrownBy(() -> train(rest, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds 2 of a training's checkpoints and none of them can be used; bring one back from a copy, or begin anew in another folder with checkpoints=…%n  file:%s/shard-00001-of-00002.safetensors is not what was written: its checksum differs%n  file:%s/shard-00000-of-00002.safetensors is not what was written: its checksum differs",
                        half.checkpoints(), newer, older);
        assertThat(names(half)).isEqualTo(before);
        assertThatThrownBy(() -> CheckpointReader.latest(half.checkpoints()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "file:%s holds 2 of a training's checkpoints and none of them can be used", half.checkpoints());
    }

    @Test
    void manifestsThatAreAllDamagedAreNamedBeforeAnythingIsStarted(@TempDir Path folder) throws IOException {
        Recipe recipe = prepared(folder, "train.steps=10");
        train(recipe, 1);
        Path older = Path.of(recipe.checkpoints(), "step-00000005", "manifest.json");
        Path newer = Path.of(recipe.checkpoints(), "step-00000010", "manifest.json");
        alterABit(older);
        Files.delete(newer);
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(
                        "none of them can be used",
                        "\n  file:%s cannot be read: ".formatted(newer),
                        "\n  file:%s is not what was written: its checksum differs".formatted(older));
    }

    @Test
    void checkpointOfALaterFormIsNeitherPassedOverNorRenamed(@TempDir Path folder) throws IOException {
        Recipe recipe = prepared(folder, "train.steps=10");
        train(recipe, 1);
        Path manifest = Path.of(recipe.checkpoints(), "step-00000010", "manifest.json");
        byte[] later = Files.readString(manifest)
                .replace("\"format\" : 1", "\"format\" : 2")
                .replace("\"program\" : \"test\"", "\"program\" : \"7.0.0\"")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(manifest, later);
        Files.writeString(manifest.resolveSibling("manifest.sha256"), Sha256.of(later));
        List<String> before = names(recipe);
        String sentence = "file:" + manifest
                + " is of format 2, written by mar-spark 7.0.0, and this program reads format 1; use that program, or another folder with checkpoints=…";
        assertThatThrownBy(() -> train(TinyTraining.recipe(folder), 1))
                .isInstanceOf(CheckpointFormatException.class)
                .hasMessage(sentence);
        assertThatThrownBy(() -> CheckpointReader.latest(recipe.checkpoints()))
                .isInstanceOf(CheckpointFormatException.class)
                .hasMessage(sentence);
        assertThat(names(recipe)).isEqualTo(before);
    }

    @Test
    void whereOnlyDamagedCheckpointsAreLeftTheTrainingDoesNotBeginAnew(@TempDir Path folder) throws IOException {
        Recipe recipe = prepared(folder, "train.steps=5");
        train(recipe, 1);
        Path aside = Path.of(recipe.checkpoints(), "damaged-step-00000005");
        Files.move(Path.of(recipe.checkpoints(), "step-00000005"), aside);
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "file:%s holds damaged-step-00000005, which was put aside as damaged, and no other checkpoint; delete it to begin anew, or train into another folder with checkpoints=…",
                        recipe.checkpoints());
        assertThat(aside).isDirectory();
    }

    @Test
    void lastCheckpointThatIsDamagedIsNotTakenForTheEnd(@TempDir Path folder) throws IOException {
        Recipe whole = prepared(folder.resolve("whole"));
        train(whole, 2);
        Recipe recipe = prepared(folder.resolve("damaged"));
        train(recipe, 2);
        alterABit(Path.of(recipe.checkpoints(), "step-00000020", "shard-00000-of-00002.safetensors"));
        assertThat(train(recipe, 2)).contains("it is kept as damaged-step-00000020", "trained to step 20");
        assertThat(TinyTraining.vectors(recipe)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(whole));
    }

    @Test
    void folderThatCannotBeWrittenIsNamedBeforeTheFirstStep(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Recipe recipe = prepared(folder, "checkpoints=" + file.resolve("checkpoints"));
        assertThatThrownBy(() -> train(recipe, 2))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("file:%s/checkpoints/.lease-1 cannot be written: ", file);
    }

    @Test
    void nothingIsLeftOfTheTrials(@TempDir Path folder) throws IOException {
        Recipe recipe = prepared(folder, "train.steps=5");
        train(recipe, 2);
        assertThat(names(recipe)).containsExactly("loss.png", "metrics.jsonl", "report.html", "step-00000005");
    }

    @Test
    void checkpointOfAnotherTrainingIsRefusedWithTheKeys(@TempDir Path folder) {
        train(prepared(folder, "train.steps=5"), 1);
        Recipe other = TinyTraining.recipe(folder, "model.width=32", "train.betas=[0.9, 0.99]", "train.steps=10");
        assertThatThrownBy(() -> train(other, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds checkpoints of another training: model.width was 16, is 32; train.betas was [0.9, 0.95], is [0.9, 0.99]; restore these values or choose another folder by checkpoints=",
                        other.checkpoints());
    }

    @Test
    void otherLatentsThanTheCheckpointsAreRefused(@TempDir Path folder) {
        train(prepared(folder, "train.steps=5"), 1);
        Recipe more = TinyTraining.recipe(folder, "train.steps=10");
        TinyTraining.writeLatents(more, 31);
        assertThatThrownBy(() -> train(more, 1))
                .hasMessageContaining("was trained on 30 latents, " + more.latents() + " holds 31 others");
    }

    @Test
    void latentsOfAnotherShapeAreRefused(@TempDir Path folder) {
        Recipe recipe = TinyTraining.recipe(folder);
        LatentHeader header = TinyTraining.header(3, 1);
        TinyTraining.writeLatents(Path.of(recipe.latents()), header, 4);
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "%s holds latents of 3 × 4 × 4, the recipe's network takes 2 × 4 × 4; encode the images with this recipe",
                        recipe.latents());
    }

    @Test
    void latentsOfFewerClassesThanTheRecipeSpeaksOfAreRefused(@TempDir Path folder) {
        Recipe recipe = prepared(folder, "data.classes=1000");
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "%s has 3 classes (bag, coat, shirt), but data.classes is 1000; set data.classes=3, or data.labels=partial if the other classes are to have no images",
                        recipe.latents());
    }

    @Test
    void unlabelledTrainingIsAskedFor(@TempDir Path folder) {
        Recipe recipe = TinyTraining.recipe(folder.resolve("labelled"), "train.steps=4");
        TinyTraining.writeUnlabelled(recipe, 30);
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "%s: none of its 30 images has a label, but data.classes is 3: encode images that have labels into another folder; to train without labels say data.labels=none",
                        recipe.latents());
        Recipe without = TinyTraining.recipe(folder.resolve("labelled"), "train.steps=4", "data.labels=none");
        assertThat(train(without, 1)).contains("trained to step 4");
        Recipe ignoring = prepared(folder.resolve("ignored"), "train.steps=4", "data.labels=none");
        train(ignoring, 1);
        Recipe learning = prepared(folder.resolve("learned"), "train.steps=4");
        train(learning, 1);
        assertThat(TinyTraining.losses(ignoring)).isNotEqualTo(TinyTraining.losses(learning));
    }

    @Test
    void numberOfExecutorsMustDivideStreamsAndBatch(@TempDir Path folder) {
        Recipe recipe = prepared(folder);
        assertThatThrownBy(() -> train(recipe, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("executors is 3, must divide train.streams, which is 8; set executors=2");
    }

    @Test
    void nonFiniteLossEndsTheTrainingAndNamesRankAndImages(@TempDir Path folder) {
        Recipe recipe = TinyTraining.recipe(
                folder, "train.learning-rate=1e30", "train.warmup-steps=0", "train.checkpoint.every-steps=1");
        TinyTraining.writeLatents(recipe, 30);
        assertThatThrownBy(() -> train(recipe, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "step \\d+: loss .* and gradient are not finite on rank 0, whose images were .*\\.png.*; the last checkpoint is as it was.*");
        assertThat(new CheckpointFolder(recipe.checkpoints()).steps()).isNotEmpty();
        assertThat(CheckpointReader.latest(recipe.checkpoints()).step()).isPositive();
    }

    @Test
    void fullDiskEndsTheTrainingAndLeavesTheCheckpointBefore(@TempDir Path folder) {
        Recipe whole = prepared(folder.resolve("whole"));
        train(whole, 2);
        String checkpoints = FullDisk.SCHEME + "://" + folder.resolve("full/checkpoints");
        Recipe recipe = prepared(folder.resolve("full"), "checkpoints=" + checkpoints);
        assertThatThrownBy(() -> train(recipe, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "the checkpoint of step 10 cannot be written: rank 1: full:/.*/shard-00001-of-00002.safetensors cannot be written: No space left on device \\(on host .*\\); make room there, or name a folder on another disk, and start again; the one before is as it was");
        assertThat(new CheckpointFolder(checkpoints).steps()).containsExactly(5L);
        Recipe local = TinyTraining.recipe(folder.resolve("full"));
        assertThat(train(local, 2)).contains("goes on from /").contains("step-00000005");
        assertThat(TinyTraining.vectors(local)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(whole));
        assertThat(TinyTraining.losses(local)).isEqualTo(TinyTraining.losses(whole));
    }

    @Test
    void finishedTrainingIsNotTakenForAnother(@TempDir Path folder) {
        Recipe recipe = prepared(folder, "train.steps=2");
        train(recipe, 1);
        assertThat(train(recipe, 1)).contains("is trained already, to step 2");
        Recipe wider = TinyTraining.recipe(folder, "train.steps=2", "model.width=32");
        assertThatThrownBy(() -> train(wider, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds checkpoints of another training: model.width was 16, is 32;");
    }

    @Test
    void folderOfOtherDataIsLeftAlone(@TempDir Path folder) throws IOException {
        Recipe recipe = prepared(folder);
        Path other = Files.createDirectories(Path.of(recipe.checkpoints())).resolve("mine.txt");
        Files.writeString(other, "mine");
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith(
                        "checkpoints holds other data, mine.txt among it; choose an empty folder by checkpoints=");
        assertThat(other.getParent()).isDirectoryNotContaining("glob:**.jsonl");
    }

    @Test
    void importedWeightsAreTheBeginning(@TempDir Path folder) {
        Recipe recipe = TinyTraining.recipe(folder);
        Tokenizer tokenizer = new Tokenizer(
                RecipeAutoencoder.config(recipe),
                Nd4j.zeros(
                        DataType.FLOAT,
                        AutoencoderParameters.layout(RecipeAutoencoder.config(recipe))
                                .size()),
                0.5);
        ParameterLayout layout = MarParameters.layout(RecipeNetwork.config(recipe));
        INDArray weights = Nd4j.ones(DataType.FLOAT, layout.size()).muli(0.02);
        new WholeCheckpoint(recipe, layout, Data.ofImport(tokenizer.fingerprint(), tokenizer.scale()))
                .write(new CheckpointFolder(recipe.checkpoints()), 0, weights, weights);
        TinyTraining.writeLatents(recipe, 30);
        assertThatThrownBy(() -> train(recipe, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "file:%s/step-00000000 was imported for tokenizer %.12s…, %s was encoded by ffffffffffff… (weights %s… instead of ffffffffffff…); "
                                .formatted(
                                        recipe.checkpoints(),
                                        tokenizer.fingerprint(),
                                        recipe.latents(),
                                        tokenizer.fingerprint().substring(33, 45)));
        LatentHeader header = TinyTraining.header(tokenizer.fingerprint());
        TinyTraining.writeLatents(Path.of(recipe.latents()), header, 30);
        assertThat(train(recipe, 2)).contains("goes on from /").contains("step-00000000");
        assertThat(CheckpointReader.latest(recipe.checkpoints()).step()).isEqualTo(20);
    }

    @Test
    void accumulatedGradientsGiveTheSameLosses(@TempDir Path folder) {
        Recipe whole = prepared(folder.resolve("whole"), "train.steps=5");
        Recipe parts = prepared(folder.resolve("parts"), "train.steps=5", "train.largest-batch=3");
        train(whole, 1);
        train(parts, 1);
        Map<Long, Double> expected = TinyTraining.losses(whole);
        assertAgree(TinyTraining.losses(parts), expected);
    }
}
