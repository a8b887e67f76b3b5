package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.Mosaic;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.PreviewPainter;
import io.github.marspark.jobs.sample.PreviewPlan;
import io.github.marspark.jobs.sample.TinyDrawing;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that show what they have learnt, of one, two and four ranks that speak over real sockets. */
class PreviewsTest {
    private static final String STEP = "train.preview.every-steps=";
    private static final String[] SIDE = {"previews.json", "previews.png"};

    private static JavaSparkContext spark;

    @BeforeAll
    static void open() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[4]")
                .setAppName("previews")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set(FullDisk.CLASS, FullDisk.class.getName())
                .set(FullDisk.IS_MADE_ANEW, "true")
                .set(FullDisk.MATCHING, "previews/\\.step-00000010\\.png\\.tmp")
                .set(FullDisk.FREE, "10"));
    }

    @AfterAll
    static void close() {
        spark.close();
    }

    private static String train(Recipe recipe, int ranks) {
        return TinyTraining.train(spark, recipe, OptionalInt.of(ranks));
    }

    /** Latents and their tokenizer, which previews are decoded by. */
    static Recipe prepared(Path folder, String... settings) {
        Recipe recipe = TinyTraining.recipe(folder, settings);
        Tokenizer tokenizer = TinyDrawing.tokenizer(recipe);
        tokenizer.save(Path.of(recipe.tokenizerFolder()));
        TinyTraining.writeLatents(
                Path.of(recipe.latents()),
                TinyTraining.header(tokenizer.fingerprint())
                        .withCodes(recipe.tokenizer().codes()),
                30);
        return recipe;
    }

    private static String[] with(String[] settings, String... more) {
        return Stream.concat(Arrays.stream(settings), Arrays.stream(more)).toArray(String[]::new);
    }

    private static Path previews(Path folder) {
        return folder.resolve("checkpoints/previews");
    }

    static SortedMap<String, byte[]> files(Path folder) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(previews(folder))) {
            for (Path path : paths.toList()) {
                String name = path.getFileName().toString();
                if (!name.endsWith(".crc")) {
                    files.put(name, Files.readAllBytes(path));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static RgbImage picture(Path folder, String name) throws Exception {
        return new ImageDecoder(ImageLimits.DEFAULT)
                .decode(Files.readAllBytes(previews(folder).resolve(name)));
    }

    @Test
    void previewsChangeNoBitOfATraining(@TempDir Path folder) {
        for (int ranks : new int[] {1, 2, 4}) {
            Recipe without = prepared(folder.resolve("without" + ranks));
            Recipe with = prepared(folder.resolve("with" + ranks), STEP + 3);
            train(without, ranks);
            assertThat(train(with, ranks)).contains("previews side by side: ", "checkpoints/previews/previews.png");
            assertThat(TinyTraining.vectors(with)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(without));
            assertThat(TinyTraining.losses(with)).isEqualTo(TinyTraining.losses(without));
            assertThat(previews(folder.resolve("without" + ranks))).doesNotExist();
        }
    }

    @Test
    void aPreviewIsWhatTheCheckpointsMovingAverageDraws(@TempDir Path folder) {
        Recipe recipe = prepared(folder, STEP + 20, "train.preview.per-class=3", "train.preview.batch=2");
        train(recipe, 2);
        PreviewPlan plan = PreviewPlan.of(recipe);
        PreviewPainter painter = new PreviewPainter(
                plan,
                CheckpointReader.latest(recipe.checkpoints()).average(),
                TinyDrawing.tokenizer(recipe),
                new CpuKernels(new Threads(1)));
        List<RgbImage> images = new ArrayList<>();
        for (int batch = 0; batch < plan.batches(); batch++) {
            images.addAll(painter.paint(batch));
        }
        assertThat(images).hasSize(9);
        assertThat(files(folder).get("step-00000020.png"))
                .isEqualTo(PngFile.bytes(Mosaic.of(images, 3).toBufferedImage()));
    }

    /** After the first step of a warm-up, whose learning rate is 0, all have the starting values. */
    @Test
    void anyNumberOfExecutorsDrawsTheSameBytesFromTheSameParameters(@TempDir Path folder) {
        byte[] expected = new byte[0];
        for (int ranks : new int[] {1, 2, 4}) {
            train(prepared(folder.resolve("" + ranks), STEP + 1, "train.steps=1"), ranks);
            byte[] drawn = files(folder.resolve("" + ranks)).get("step-00000001.png");
            expected = ranks == 1 ? drawn : expected;
            assertThat(drawn).isEqualTo(expected);
        }
    }

    @Test
    void aTrainingThatGoesOnContinuesTheSeries(@TempDir Path folder) throws Exception {
        String[] settings = {STEP + 4, "train.preview.labels=[0, 2]"};
        Path whole = folder.resolve("whole");
        Path begun = folder.resolve("begun");
        train(prepared(whole, settings), 2);
        train(prepared(begun, with(settings, "train.steps=12", "train.checkpoint.every-steps=10")), 2);
        deleteCheckpoint(begun, 12);
        train(TinyTraining.recipe(begun, settings), 2);
        assertThat(files(begun)).usingRecursiveComparison().isEqualTo(files(whole));
        assertThat(files(whole).keySet())
                .containsExactly(
                        SIDE[0],
                        SIDE[1],
                        "step-00000004.png",
                        "step-00000008.png",
                        "step-00000012.png",
                        "step-00000016.png",
                        "step-00000020.png");
        RgbImage preview = picture(whole, "step-00000004.png");
        assertThat(List.of(preview.width(), preview.height())).containsExactly(2 * 8, 2 * 8);
        // images of 8 pixels in cells of 56 with a gap of 4 and a margin of 12: five columns, four rows, and the names
        RgbImage all = picture(whole, "previews.png");
        assertThat(all.width()).isGreaterThan(2 * 12 + 5 * 56 + 4 * 4);
        assertThat(all.height()).isGreaterThan(2 * 12 + 4 * 56 + 3 * 4);
        assertThat(train(TinyTraining.recipe(begun, settings), 2)).contains("is trained already, to step 20");
    }

    private static void deleteCheckpoint(Path folder, long step) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("checkpoints/step-%08d".formatted(step)))) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void theLastStepIsShownThoughNoneIsDue(@TempDir Path folder) {
        train(prepared(folder, STEP + 15), 1);
        assertThat(files(folder).keySet()).containsExactly(SIDE[0], SIDE[1], "step-00000015.png", "step-00000020.png");
    }

    @Test
    void causalAttentionAndRasterOrderAreShownToo(@TempDir Path folder) {
        String[] settings = {
            STEP + 10, "model.attention=causal", "model.order=raster", "sample.iterations=16", "train.steps=10"
        };
        train(prepared(folder, settings), 2);
        assertThat(files(folder)).containsKey("step-00000010.png");
    }

    @Test
    void idsAreShownToo(@TempDir Path folder) {
        String[] settings = {
            STEP + 5, "model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=12", "train.steps=5"
        };
        train(prepared(folder, settings), 1);
        assertThat(files(folder)).containsKey("step-00000005.png");
    }

    @Test
    void withoutATokenizerNoStepIsDone(@TempDir Path folder) {
        Recipe recipe = TinyTraining.recipe(folder, STEP + 5);
        TinyTraining.writeLatents(recipe, 30);
        assertThatThrownBy(() -> train(recipe, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "train.preview.every-steps is 5, and there is nothing that decodes previews: .*/tokenizer.*; name the tokenizer's folder by tokenizer-folder=…, or set train.preview.every-steps=0");
        assertThat(folder.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void previewsOfOtherSettingsAreNotContinued(@TempDir Path folder) {
        train(prepared(folder, STEP + 5, "train.steps=10"), 1);
        assertThatThrownBy(() -> train(TinyTraining.recipe(folder, STEP + 5, "train.preview.per-class=3"), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith(
                        "checkpoints/previews holds previews drawn otherwise: train.preview.per-class was 2, is 3; restore these values, delete it or choose another folder by checkpoints=");
        assertThat(train(TinyTraining.recipe(folder, STEP + 2), 1)).contains("trained to step 20");
        assertThat(files(folder).keySet()).contains("step-00000005.png", "step-00000012.png", "step-00000020.png");
    }

    @Test
    void aPreviewThatDoesNotFitTheDiskIsToldAndTheTrainingGoesOn(@TempDir Path folder) {
        Recipe without = prepared(folder.resolve("without"));
        train(without, 2);
        Recipe recipe = prepared(
                folder.resolve("full"),
                STEP + 5,
                "checkpoints=" + FullDisk.SCHEME + ":" + folder.resolve("full/checkpoints"));
        assertThat(train(recipe, 2))
                .containsPattern(
                        "the preview of step 10 is left out, and the training goes on: it cannot be kept: full:.*/checkpoints/previews/\\.step-00000010\\.png\\.tmp cannot be written")
                .contains("trained to step 20");
        assertThat(files(folder.resolve("full")).keySet())
                .contains("step-00000005.png", "step-00000015.png", "step-00000020.png")
                .doesNotContain("step-00000010.png");
        assertThat(TinyTraining.vectors(recipe)).usingRecursiveComparison().isEqualTo(TinyTraining.vectors(without));
    }

    @Test
    void aFolderWhereNothingCanBeWrittenIsToldBeforeTheFirstStep(@TempDir Path folder) throws IOException {
        Recipe recipe = prepared(folder, STEP + 5);
        Files.createDirectories(folder.resolve("checkpoints"));
        Files.writeString(folder.resolve("checkpoints/previews"), "a file");
        assertThatThrownBy(() -> train(recipe, 1)).hasMessageContaining("checkpoints/previews");
        assertThat(folder.resolve("checkpoints/metrics.jsonl")).doesNotExist();
    }
}
