package io.github.marspark.jobs.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.CenterCrop;
import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.sample.TinyDrawing;
import io.github.marspark.jobs.training.TinyTraining;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of 8 pixels a side, which the network sees as 16 tokens of 2 x 2 pixels. */
@Timeout(240)
class EditJobTest {
    private static final int SIDE = 8;

    @TempDir
    Path folder;

    private RgbImage picture = noise(SIDE, SIDE);

    private static RgbImage noise(int width, int height) {
        byte[] samples = new byte[width * height * RgbImage.CHANNELS];
        new Random(width).nextBytes(samples);
        return new RgbImage(width, height, samples);
    }

    /** White at some of the pixels, which are numbered row by row. */
    private static RgbImage mask(int width, int height, IntPredicate white) {
        byte[] levels = new byte[width * height];
        for (int pixel = 0; pixel < levels.length; pixel++) {
            levels[pixel] = (byte) (white.test(pixel) ? 255 : 0);
        }
        return RgbImage.ofGrey(width, height, levels);
    }

    private static boolean isRight(int pixel) {
        return pixel % SIDE >= 5;
    }

    @BeforeEach
    void writePictureAndMask() {
        write("fox.png", picture);
        write("right.png", mask(SIDE, SIDE, EditJobTest::isRight));
    }

    private void write(String name, RgbImage image) {
        PngFile.write(image, folder.resolve(name));
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private String[] settings(String... more) {
        return Stream.concat(Stream.of("edit.image=" + path("fox.png"), "edit.label=1"), Arrays.stream(more))
                .toArray(String[]::new);
    }

    private Recipe prepared(String... more) {
        return TinyDrawing.prepared(folder.resolve("out"), settings(more));
    }

    private Recipe masked(String... more) {
        return prepared(Stream.concat(Stream.of("edit.mask=" + path("right.png")), Arrays.stream(more))
                .toArray(String[]::new));
    }

    private static String edit(Recipe recipe) {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        new EditJob(recipe, new PrintStream(told, true, StandardCharsets.UTF_8)).run();
        return told.toString(StandardCharsets.UTF_8);
    }

    private Path edits() {
        return folder.resolve("out/edits/fox");
    }

    private static RgbImage read(Path file) throws Exception {
        return new ImageDecoder(ImageLimits.DEFAULT).decode(Files.readAllBytes(file));
    }

    private static Map<String, byte[]> contents(Path folder) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }

    private static void requireKept(RgbImage variant, RgbImage original, IntPredicate hidden) {
        for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
            if (!hidden.test(pixel)) {
                for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
                    assertThat(variant.level(pixel % SIDE, pixel / SIDE, channel))
                            .as("pixel %d, channel %d", pixel, channel)
                            .isEqualTo(original.level(pixel % SIDE, pixel / SIDE, channel));
                }
            }
        }
    }

    @Test
    void keptPixelsAreThePicturesAndVariantsDiffer() throws Exception {
        String told = edit(masked("edit.variants=3"));
        assertThat(told)
                .contains("drawing 8 of 16 tokens in 4 iterations with the network of step 7: 3 variants\n")
                .endsWith("%s: beside each other on %1$s/edit.png%n".formatted(edits()));
        assertThat(contents(edits()))
                .containsOnlyKeys(
                        "edit.json",
                        "edit.png",
                        "mask.png",
                        "picture.png",
                        "variant-000.png",
                        "variant-001.png",
                        "variant-002.png");
        assertThat(read(edits().resolve("picture.png"))).isEqualTo(picture);
        assertThat(read(edits().resolve("mask.png"))).isEqualTo(read(folder.resolve("right.png")));
        RgbImage first = read(edits().resolve("variant-000.png"));
        RgbImage second = read(edits().resolve("variant-001.png"));
        requireKept(first, picture, EditJobTest::isRight);
        requireKept(second, picture, EditJobTest::isRight);
        assertThat(first).isNotEqualTo(picture).isNotEqualTo(second);
        assertThat(read(edits().resolve("edit.png")).width())
                .as("picture, mask and three variants, enlarged to 56 pixels")
                .isEqualTo(12 + 5 * 56 + 4 * 4 + 12);
        assertThat(Files.readString(edits().resolve("edit.json")))
                .contains("\"edit.label\" : \"1\"", "\"sample.seed\" : \"5\"", "\"step\" : \"7\"")
                .doesNotContain("sample.batch", "edit.folder");
    }

    @Test
    void aVariantIsTheSameBytesInAnyBatchAndNumberOfVariantsAndAfterAnyRestart() throws Exception {
        edit(masked("edit.variants=3"));
        Map<String, byte[]> drawn = contents(edits());
        Recipe more = masked("edit.variants=5", "sample.batch=1", "edit.folder=" + path("more"));
        edit(more);
        Map<String, byte[]> others = contents(folder.resolve("more/fox"));
        for (String variant : List.of("variant-000.png", "variant-001.png", "variant-002.png")) {
            assertThat(others.get(variant)).isEqualTo(drawn.get(variant));
        }
        Path unfinished = folder.resolve("more/.fox.unfinished");
        Files.move(folder.resolve("more/fox"), unfinished);
        Files.delete(unfinished.resolve("variant-003.png"));
        assertThat(edit(more)).contains(": 1 variants; 4 more are there already\n");
        assertThat(contents(folder.resolve("more/fox")))
                .hasSameSizeAs(others)
                .allSatisfy((name, bytes) -> assertThat(bytes).isEqualTo(others.get(name)));
        assertThat(edit(more))
                .isEqualTo(
                        "%s already holds these 5 variants; nothing to draw%n".formatted(folder.resolve("more/fox")));
    }

    @Test
    void anotherEditingOfThePictureDoesNotReplaceTheFirst() throws Exception {
        edit(masked("edit.variants=1"));
        Map<String, byte[]> drawn = contents(edits());
        Recipe other = masked("edit.variants=1", "sample.seed=6");
        assertThatThrownBy(() -> edit(other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds a picture edited otherwise: sample.seed was 5, is 6; delete it or choose another folder by edit.folder=",
                        edits());
        assertThat(contents(edits()).get("variant-000.png")).isEqualTo(drawn.get("variant-000.png"));
        Files.delete(edits().resolve("variant-000.png"));
        Recipe same = masked("edit.variants=1");
        assertThatThrownBy(() -> edit(same))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "%s lacks 1 of its files, such as variant-000.png; delete it or choose another folder by edit.folder=",
                        edits());
    }

    /** By networks whose weights are wide enough to show what they are given. */
    @Test
    void whatIsDrawnDependsOnLabelSeedAndIterations() throws Exception {
        byte[] drawn = drawnBySensitiveNetwork("sample.seed=5", folder.resolve("first"));
        for (String setting : List.of("edit.label=2", "edit.label=-1", "sample.seed=9", "sample.iterations=8")) {
            assertThat(drawnBySensitiveNetwork(setting, folder.resolve(setting)))
                    .as(setting)
                    .isNotEqualTo(drawn);
        }
    }

    private byte[] drawnBySensitiveNetwork(String setting, Path edits) throws IOException {
        String[] settings = settings(
                "edit.mask=" + path("right.png"),
                "edit.variants=1",
                "sample.guidance=6",
                setting,
                "edit.folder=" + edits);
        edit(TinyDrawing.prepared(folder.resolve("out"), 0.5f, settings));
        return Files.readAllBytes(edits.resolve("fox/variant-000.png"));
    }

    /** One token of 16 is drawn, though the recipe has four iterations. */
    @Test
    void fewerTokensThanIterationsAreDrawnOneByOne() throws Exception {
        write("corner.png", mask(SIDE, SIDE, pixel -> pixel == 0));
        String told = edit(prepared("edit.mask=" + path("corner.png"), "edit.variants=1", "sample.guidance=1"));
        assertThat(told).contains("drawing 1 of 16 tokens in 1 iterations with the network of step 7");
        requireKept(read(edits().resolve("variant-000.png")), picture, pixel -> pixel == 0);
    }

    @Test
    void aroundAPictureOnTheCanvasIsDrawn() throws Exception {
        RgbImage small = noise(5, 4);
        write("fox.png", small);
        edit(prepared("edit.offset=[2, 3]", "edit.variants=1"));
        RgbImage canvas = read(edits().resolve("picture.png"));
        IntPredicate outside = pixel -> pixel % SIDE < 2 || pixel % SIDE >= 7 || pixel / SIDE < 3 || pixel / SIDE >= 7;
        RgbImage variant = read(edits().resolve("variant-000.png"));
        requireKept(variant, canvas, outside);
        assertThat(variant).isNotEqualTo(canvas);
        for (int pixel = 0; pixel < 20; pixel++) {
            assertThat(variant.level(2 + pixel % 5, 3 + pixel / 5, 1)).isEqualTo(small.level(pixel % 5, pixel / 5, 1));
        }
    }

    @Test
    void aMaskLiesOnTheCanvasWithItsPicture() throws Exception {
        write("fox.png", noise(20, 8));
        write("right.png", mask(20, 8, pixel -> pixel % 20 == 9));
        edit(masked("edit.offset=[-6, 0]", "edit.variants=1"));
        RgbImage mask = read(edits().resolve("mask.png"));
        assertThat(mask).isEqualTo(mask(SIDE, SIDE, pixel -> pixel % SIDE == 3));
        requireKept(
                read(edits().resolve("variant-000.png")),
                read(edits().resolve("picture.png")),
                pixel -> pixel % SIDE == 3);
    }

    @Test
    void aPictureOfAnotherSizeIsCutIfAskedFor() throws Exception {
        RgbImage wide = noise(24, 16);
        write("fox.png", wide);
        edit(masked("edit.fit=crop", "edit.variants=1"));
        RgbImage cut = new CenterCrop(SIDE).apply(wide);
        assertThat(read(edits().resolve("picture.png"))).isEqualTo(cut);
        requireKept(read(edits().resolve("variant-000.png")), cut, EditJobTest::isRight);
    }

    @Test
    void networkWithoutClassesEditsToo() throws Exception {
        edit(masked("data.labels=none", "edit.label=-1", "edit.variants=1", "sample.weights=raw"));
        requireKept(read(edits().resolve("variant-000.png")), picture, EditJobTest::isRight);
    }

    @Test
    void twoProcessesDrawTheSameVariantsFromShortKeys() throws Exception {
        Recipe one = masked("edit.variants=4");
        edit(one);
        Path file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        List<String> words = List.of(
                "edit",
                file.toString(),
                "out=" + one.out(),
                "image=" + path("fox.png"),
                "mask=" + path("right.png"),
                "label=1",
                "folder=" + path("two"));
        try (LoopbackCluster cluster = new LoopbackCluster(folder.resolve("spark"), 1)) {
            Path log = folder.resolve("two.log");
            assertThat(MainProcess.on(cluster, log, words).start().waitFor())
                    .as(() -> log.toString())
                    .isZero();
        }
        Map<String, byte[]> here = contents(edits());
        Map<String, byte[]> there = contents(folder.resolve("two/fox"));
        here.keySet().stream()
                .filter(name -> name.endsWith(".png"))
                .forEach(name -> assertThat(there.get(name)).isEqualTo(here.get(name)));
    }

    // ---- what is refused

    private void refused(Recipe recipe, String sentence) {
        assertThatThrownBy(() -> edit(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence.replace("DIR", folder.toString()));
        assertThat(folder.resolve("out/edits")).doesNotExist();
    }

    @Test
    void maskThatHidesNothingOrEverythingIsTold() {
        write("right.png", mask(SIDE, SIDE, pixel -> false));
        refused(
                masked(),
                "edit.mask DIR/right.png hides nothing of the canvas, so that nothing would be drawn; paint white what is to be drawn anew");
        write("right.png", mask(SIDE, SIDE, pixel -> pixel % 2 == 0));
        refused(
                masked(),
                "edit.mask DIR/right.png hides everything: in each of the 4 x 4 tokens, cells of 2 x 2 pixels, is a pixel to be drawn anew, so that no token of the picture would be kept; leave one whole, or draw from nothing with ./mar sample");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0, 0] | edit.offset=[0, 0] hides nothing of the canvas, so that nothing would be drawn; choose a place where the picture does not cover it",
                "[7, 0] | edit.offset=[7, 0] hides everything: in each of the 4 x 4 tokens, cells of 2 x 2 pixels, is a pixel to be drawn anew, so that no token of the picture would be kept; leave one whole, or draw from nothing with ./mar sample",
                "[8, 0] | edit.offset is [8, 0], where nothing of the picture of 8 x 8 pixels lies on the canvas of 8 x 8; choose a column from -7 to 7 and a row from -7 to 7",
                "[0, -8] | edit.offset is [0, -8], where nothing of the picture of 8 x 8 pixels lies on the canvas of 8 x 8; choose a column from -7 to 7 and a row from -7 to 7",
            })
    void offsetThatLeavesNothingToDrawOrToKeepIsTold(String offset, String sentence) {
        refused(prepared("edit.offset=" + offset), sentence);
    }

    @Test
    void neitherMaskNorOffsetIsTold() {
        refused(
                prepared(),
                "neither edit.mask nor edit.offset says what is drawn; give a mask that is white there, or the place of the picture on the canvas, around which it is");
    }

    @Test
    void sizesThatDoNotFitAreTold() {
        write("right.png", mask(9, 8, pixel -> true));
        refused(masked(), "edit.mask DIR/right.png has 9 x 8 pixels, must have the 8 x 8 of the picture");
        write("fox.png", noise(24, 16));
        refused(
                masked("edit.fit=crop"),
                "edit.mask DIR/right.png has 9 x 8 pixels, must have the 8 x 8 of the picture as it is cut");
        refused(
                masked(),
                "edit.image DIR/fox.png has 24 x 16 pixels, must have the 8 x 8 of the network's images; set edit.fit=crop to cut it as encode does, or edit.offset=[column, row] to lay it on a canvas of that size");
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 128, 223})
    void greysAreTold(int level) {
        byte[] levels = new byte[SIDE * SIDE];
        levels[11] = (byte) level;
        write("right.png", RgbImage.ofGrey(SIDE, SIDE, levels));
        refused(
                masked(),
                "edit.mask DIR/right.png is neither black nor white in column 3 of row 1: red, green and blue are %d, %1$d and %1$d; paint white what is to be drawn anew and black what is kept, without soft edges"
                        .formatted(level));
    }

    @Test
    void coloursAreToldAndWhatJpegMakesOfBlackAndWhiteIsTaken() {
        byte[] samples = new byte[SIDE * SIDE * RgbImage.CHANNELS];
        samples[0] = (byte) 255;
        write("right.png", new RgbImage(SIDE, SIDE, samples));
        refused(
                masked(),
                "edit.mask DIR/right.png is neither black nor white in column 0 of row 0: red, green and blue are 255, 0 and 0; paint white what is to be drawn anew and black what is kept, without soft edges");
        RgbImage nearly = RgbImage.ofGrey(2, 1, new byte[] {31, (byte) 224});
        assertThat(EditMask.white(nearly, "nearly.png")).containsExactly(false, true);
    }

    @Test
    void transparentPixelsOfAMaskAreWhiteAndHalfTransparentOnesAreTold() throws Exception {
        writeTransparent(pixel -> isRight(pixel) ? 0 : 255);
        edit(masked("edit.variants=1"));
        assertThat(read(edits().resolve("mask.png"))).isEqualTo(mask(SIDE, SIDE, EditJobTest::isRight));
        writeTransparent(pixel -> 128);
        Recipe half = masked();
        assertThatThrownBy(() -> edit(half))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        " is neither black nor white in column 0 of row 0: red, green and blue are 127, 127 and 127; ");
    }

    /** Black of some opacity. */
    private void writeTransparent(IntUnaryOperator alpha) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
        for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
            image.setRGB(pixel % SIDE, pixel / SIDE, alpha.applyAsInt(pixel) << 24);
        }
        PngFile.write(image, folder.resolve("right.png"));
    }

    @Test
    void filesThatAreNoImagesAreTold() throws IOException {
        Files.writeString(folder.resolve("fox.png"), "no image");
        assertThatThrownBy(() -> edit(masked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit.image %s ", folder.resolve("fox.png"))
                .hasMessageEndingWith("; give an image as JPEG, PNG, WebP, GIF, TIFF or BMP");
        Files.delete(folder.resolve("fox.png"));
        assertThatThrownBy(() -> edit(masked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit.image %s cannot be read: ", folder.resolve("fox.png"))
                .hasMessageEndingWith("; name a file of an image");
        write("fox.png", picture);
        Files.delete(folder.resolve("right.png"));
        assertThatThrownBy(() -> edit(masked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit.mask %s cannot be read: ", folder.resolve("right.png"));
    }

    @Test
    void networksThatCannotKeepTokensAreRefusedByName() {
        refused(
                masked("model.attention=causal", "model.order=raster", "sample.iterations=16"),
                "model.attention is causal with raster order, must be bidirectional to edit a picture: a causal network draws each token after those of its order, and none beside others");
        refused(
                masked("model.loss=cross-entropy", "tokenizer.codes=12"),
                "model.loss is cross-entropy, must be diffusion to edit a picture: it is kept as latents, and the network draws ids of 12 codes");
        refused(
                masked("model.label-drop=0", "sample.guidance=1", "edit.label=-1"),
                "edit.label is -1, must be a class from 0 to 2 where model.label-drop is 0: the network does not learn to do without");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "edit.label=3 | edit.label is 3, must be below 3, the number of classes",
                "data.labels=none | edit.label is 1, must be -1 where data.labels is none: the network knows no classes",
                "edit.offset=[1] | edit.offset is [1], must be [column, row] or empty",
                "edit.variants=0 | edit.variants is 0, must be from 1 to 1000",
            })
    void recipesThatMakeNoSenseAreRefused(String setting, String sentence) {
        String[] settings = settings(setting);
        assertThatThrownBy(() -> TinyTraining.recipe(folder, settings))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aPictureIsEitherCutOrPlaced() {
        String[] settings = settings("edit.offset=[1, 1]", "edit.fit=crop");
        assertThatThrownBy(() -> TinyTraining.recipe(folder, settings))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("edit.fit is crop, must be exact where edit.offset places the picture");
    }
}
