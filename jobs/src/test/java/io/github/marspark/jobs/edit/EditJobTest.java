package io.github.marspark.jobs.edit;

import static io.github.marspark.jobs.edit.TinyEdit.PICTURE;
import static io.github.marspark.jobs.edit.TinyEdit.SIDE;
import static io.github.marspark.jobs.edit.TinyEdit.edit;
import static io.github.marspark.jobs.edit.TinyEdit.mask;
import static io.github.marspark.jobs.edit.TinyEdit.noise;
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
import io.github.marspark.jobs.sample.TinyDrawing;
import io.github.marspark.jobs.training.TinyTraining;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a picture of 16 tokens; see {@link TinyEdit}. */
@Timeout(240)
class EditJobTest {
    @TempDir
    Path folder;

    private TinyEdit tiny = new TinyEdit(Path.of(""));

    @BeforeEach
    void writePictureAndMask() {
        tiny = TinyEdit.in(folder);
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
        String told = edit(tiny.masked("edit.variants=3"));
        assertThat(told)
                .contains("drawing 8 of 16 tokens in 4 iterations with the network of step 7: 3 variants\n")
                .endsWith("%s: beside each other on %1$s/edit.png%n".formatted(tiny.edits()));
        assertThat(contents(tiny.edits()))
                .containsOnlyKeys(
                        "edit.json",
                        "edit.png",
                        "mask.png",
                        "picture.png",
                        "variant-000.png",
                        "variant-001.png",
                        "variant-002.png");
        assertThat(read(tiny.edits().resolve("picture.png"))).isEqualTo(PICTURE);
        assertThat(read(tiny.edits().resolve("mask.png"))).isEqualTo(read(folder.resolve("right.png")));
        RgbImage first = read(tiny.edits().resolve("variant-000.png"));
        RgbImage second = read(tiny.edits().resolve("variant-001.png"));
        requireKept(first, PICTURE, TinyEdit::isRight);
        requireKept(second, PICTURE, TinyEdit::isRight);
        assertThat(first).isNotEqualTo(PICTURE).isNotEqualTo(second);
        assertThat(read(tiny.edits().resolve("edit.png")).width())
                .as("PICTURE, mask and three variants, enlarged to 56 pixels")
                .isEqualTo(12 + 5 * 56 + 4 * 4 + 12);
        assertThat(Files.readString(tiny.edits().resolve("edit.json")))
                .contains("\"edit.label\" : \"1\"", "\"sample.seed\" : \"5\"", "\"step\" : \"7\"")
                .doesNotContain("sample.batch", "edit.folder");
    }

    @Test
    void idsOfAPictureAreKeptToo() throws Exception {
        String[] ids = {"model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=12", "edit.variants=1"};
        assertThat(edit(tiny.masked(ids))).contains("drawing 8 of 16 tokens");
        requireKept(read(tiny.edits().resolve("variant-000.png")), PICTURE, TinyEdit::isRight);
    }

    @Test
    void aVariantIsTheSameBytesInAnyBatchAndNumberOfVariantsAndAfterAnyRestart() throws Exception {
        edit(tiny.masked("edit.variants=3"));
        Map<String, byte[]> drawn = contents(tiny.edits());
        Recipe more = tiny.masked("edit.variants=5", "sample.batch=1", "edit.folder=" + tiny.path("more"));
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
        edit(tiny.masked("edit.variants=1"));
        Map<String, byte[]> drawn = contents(tiny.edits());
        Recipe other = tiny.masked("edit.variants=1", "sample.seed=6");
        assertThatThrownBy(() -> edit(other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds a picture edited otherwise: sample.seed was 5, is 6; delete it or choose another folder by edit.folder=",
                        tiny.edits());
        assertThat(contents(tiny.edits()).get("variant-000.png")).isEqualTo(drawn.get("variant-000.png"));
        Files.delete(tiny.edits().resolve("variant-000.png"));
        Recipe same = tiny.masked("edit.variants=1");
        assertThatThrownBy(() -> edit(same))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "%s lacks 1 of its files, such as variant-000.png; delete it or choose another folder by edit.folder=",
                        tiny.edits());
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
        String[] settings = tiny.settings(
                "edit.mask=" + tiny.path("right.png"),
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
        tiny.write("corner.png", mask(SIDE, SIDE, pixel -> pixel == 0));
        String told =
                edit(tiny.prepared("edit.mask=" + tiny.path("corner.png"), "edit.variants=1", "sample.guidance=1"));
        assertThat(told).contains("drawing 1 of 16 tokens in 1 iterations with the network of step 7");
        requireKept(read(tiny.edits().resolve("variant-000.png")), PICTURE, pixel -> pixel == 0);
    }

    @Test
    void aroundAPictureOnTheCanvasIsDrawn() throws Exception {
        RgbImage small = noise(5, 4);
        tiny.write("fox.png", small);
        edit(tiny.prepared("edit.offset=[2, 3]", "edit.variants=1"));
        RgbImage canvas = read(tiny.edits().resolve("picture.png"));
        IntPredicate outside = pixel -> pixel % SIDE < 2 || pixel % SIDE >= 7 || pixel / SIDE < 3 || pixel / SIDE >= 7;
        RgbImage variant = read(tiny.edits().resolve("variant-000.png"));
        requireKept(variant, canvas, outside);
        assertThat(variant).isNotEqualTo(canvas);
        for (int pixel = 0; pixel < 20; pixel++) {
            assertThat(variant.level(2 + pixel % 5, 3 + pixel / 5, 1)).isEqualTo(small.level(pixel % 5, pixel / 5, 1));
        }
    }

    @Test
    void aMaskLiesOnTheCanvasWithItsPicture() throws Exception {
        tiny.write("fox.png", noise(20, 8));
        tiny.write("right.png", mask(20, 8, pixel -> pixel % 20 == 9));
        edit(tiny.masked("edit.offset=[-6, 0]", "edit.variants=1"));
        RgbImage mask = read(tiny.edits().resolve("mask.png"));
        assertThat(mask).isEqualTo(mask(SIDE, SIDE, pixel -> pixel % SIDE == 3));
        requireKept(
                read(tiny.edits().resolve("variant-000.png")),
                read(tiny.edits().resolve("picture.png")),
                pixel -> pixel % SIDE == 3);
    }

    @Test
    void aPictureOfAnotherSizeIsCutIfAskedFor() throws Exception {
        RgbImage wide = noise(24, 16);
        tiny.write("fox.png", wide);
        edit(tiny.masked("edit.fit=crop", "edit.variants=1"));
        RgbImage cut = new CenterCrop(SIDE).apply(wide);
        assertThat(read(tiny.edits().resolve("picture.png"))).isEqualTo(cut);
        requireKept(read(tiny.edits().resolve("variant-000.png")), cut, TinyEdit::isRight);
    }

    @Test
    void networkWithoutClassesEditsToo() throws Exception {
        edit(tiny.masked("data.labels=none", "edit.label=-1", "edit.variants=1", "sample.weights=raw"));
        requireKept(read(tiny.edits().resolve("variant-000.png")), PICTURE, TinyEdit::isRight);
    }

    @Test
    void twoProcessesDrawTheSameVariantsFromShortKeys() throws Exception {
        Recipe one = tiny.masked("edit.variants=4");
        edit(one);
        Path file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        List<String> words = List.of(
                "edit",
                file.toString(),
                "out=" + one.out(),
                "image=" + tiny.path("fox.png"),
                "mask=" + tiny.path("right.png"),
                "label=1",
                "folder=" + tiny.path("two"));
        try (LoopbackCluster cluster = new LoopbackCluster(folder.resolve("spark"), 1)) {
            Path log = folder.resolve("two.log");
            assertThat(MainProcess.on(cluster, log, words).start().waitFor())
                    .as(() -> log.toString())
                    .isZero();
        }
        Map<String, byte[]> here = contents(tiny.edits());
        Map<String, byte[]> there = contents(folder.resolve("two/fox"));
        here.keySet().stream()
                .filter(name -> name.endsWith(".png"))
                .forEach(name -> assertThat(there.get(name)).isEqualTo(here.get(name)));
    }

    @Test
    void transparentPixelsOfAMaskAreWhiteAndHalfTransparentOnesAreTold() throws Exception {
        writeTransparent(pixel -> TinyEdit.isRight(pixel) ? 0 : 255);
        edit(tiny.masked("edit.variants=1"));
        assertThat(read(tiny.edits().resolve("mask.png"))).isEqualTo(mask(SIDE, SIDE, TinyEdit::isRight));
        writeTransparent(pixel -> 128);
        Recipe half = tiny.masked();
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
}
