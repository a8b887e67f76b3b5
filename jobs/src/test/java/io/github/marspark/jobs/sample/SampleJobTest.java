package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.training.TinyTraining;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Drawings of many images in every form, by one process and by several. */
@Timeout(240)
class SampleJobTest {
    @TempDir
    Path folder;

    private Recipe draw(String... settings) {
        Recipe recipe = TinyDrawing.prepared(folder.resolve("out"), settings);
        drawAgain(recipe);
        return recipe;
    }

    private static String drawAgain(Recipe recipe) {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        new SampleJob(recipe, new PrintStream(told, true, StandardCharsets.UTF_8)).run();
        return told.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"raster", "random"})
    void aCausalNetworkDrawsTheSameImagesInAnyBatch(String order) throws IOException {
        String[] settings = {
            "model.attention=causal",
            "model.order=" + order,
            "sample.iterations=16",
            "sample.labels=[0-1]",
            "sample.per-class=3",
            "sample.batch=1"
        };
        draw(settings);
        String[] together = settings.clone();
        together[5] = "sample.batch=6";
        drawAgain(TinyTraining.recipe(
                folder.resolve("out"),
                Stream.concat(Stream.of(together), Stream.of("samples=" + folder.resolve("together")))
                        .toArray(String[]::new)));
        for (String image : List.of("0000/00000.png", "0001/00002.png")) {
            assertSame(
                    TinyDrawing.drawn(folder.resolve("out/samples")).resolve(image),
                    TinyDrawing.drawn(folder.resolve("together")).resolve(image));
        }
    }

    /** But for the rounding of sums, which may move a colour by a level. */
    private static void assertSame(Path image, Path other) throws IOException {
        BufferedImage one = ImageIO.read(image.toFile());
        BufferedImage two = ImageIO.read(other.toFile());
        int[] levels = one.getRaster().getPixels(0, 0, one.getWidth(), one.getHeight(), (int[]) null);
        int[] others = two.getRaster().getPixels(0, 0, two.getWidth(), two.getHeight(), (int[]) null);
        assertThat(levels).hasSameSizeAs(others);
        for (int i = 0; i < levels.length; i++) {
            assertThat(levels[i]).as("%s at %d", image, i).isBetween(others[i] - 1, others[i] + 1);
        }
    }

    @Test
    void idsAreRefusedWhereTheTokenizerHasNotAsManyCodes() {
        refusedTokenizer("has no codes");
        refusedTokenizer("has 15", "tokenizer.kind=vq", "tokenizer.codes=15");
    }

    private void refusedTokenizer(String what, String... settings) {
        Recipe recipe =
                TinyTraining.recipe(folder, "model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=12");
        TinyDrawing.prepare(recipe, TinyDrawing.tokenizer(TinyTraining.recipe(folder, settings)));
        assertThatThrownBy(() -> drawAgain(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the network in %s draws ids of 12 codes, the tokenizer in %s %s; name the folder of one with as many by tokenizer-folder="
                                .formatted(recipe.checkpoints(), recipe.tokenizerFolder(), what));
    }

    @Test
    void tarFilesHoldTheImagesThatFilesWouldHold() throws IOException {
        Recipe tar = draw(
                "sample.output=webdataset",
                "sample.shard-images=6",
                "sample.batch=4",
                "sample.labels=[0-1]",
                "sample.per-class=5");
        Path samples = TinyDrawing.drawn(tar);
        assertThat(names(samples))
                .containsExactly("images-00000.tar", "images-00001.tar", "samples.json", "samples.png");
        Map<String, byte[]> first = members(samples.resolve("images-00000.tar"));
        assertThat(first).hasSize(3 * 8).containsKeys("00000000.png", "00000007.cls", "00000003.json");
        assertThat(new String(first.get("00000007.cls"), StandardCharsets.UTF_8))
                .isEqualTo("1");
        Recipe png = TinyTraining.recipe(
                folder.resolve("out"),
                "sample.batch=4",
                "sample.labels=[0-1]",
                "sample.per-class=5",
                "samples=" + folder.resolve("png"));
        drawAgain(png);
        assertThat(first.get("00000007.png"))
                .isEqualTo(Files.readAllBytes(
                        TinyDrawing.drawn(folder.resolve("png")).resolve("0001/00002.png")));
    }

    @Test
    void tableSaysWhatIsDrawnAndParquetKeepsIt() throws IOException {
        Path table = Files.writeString(folder.resolve("wanted.csv"), "label,id,note\n1,tea,x\n0,ant,y\n1,bee,z\n");
        Recipe recipe = draw("sample.output=parquet", "sample.table=%s".formatted(table));
        Path samples = TinyDrawing.drawn(recipe);
        assertThat(names(samples)).containsExactly("images-00000.parquet", "samples.json", "samples.png");
        try (SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate()) {
            List<Row> rows = spark.read()
                    .parquet(samples.resolve("images-00000.parquet").toString())
                    .orderBy("id")
                    .collectAsList();
            assertThat(rows).extracting(row -> row.getString(0)).containsExactly("ant", "bee", "tea");
            assertThat(rows).extracting(row -> row.getInt(1)).containsExactly(0, 1, 1);
            byte[] png = rows.get(0).getAs("image");
            assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth())
                    .isEqualTo(recipe.data().imageSize());
        }
        assertThat(drawAgain(recipe)).contains("already holds these 3 images");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id,label;a,0;a,1 | the id \"a\" stands in two rows",
                "id,label;a,9 | the id \"a\" has the label \"9\", must have a number below 3, the number of classes",
                "id,label;a,cat | the id \"a\" has the label \"cat\", must have a number below 3, the number of classes",
                "id,label;../a,0 | the id \"../a\" cannot be the name of a file",
                "id,label; | has no rows",
                "name,class;a,0 | has the columns name, class; it must have id and label, as CSV with a first line of names, or as Parquet",
            })
    void tableThatMakesNoSenseIsRefused(String text, String sentence) throws IOException {
        Path table = Files.writeString(folder.resolve("wanted.csv"), text.replace(";", "\n"));
        Recipe recipe = TinyDrawing.prepared(folder.resolve("out"), "sample.table=%s".formatted(table));
        assertThatThrownBy(() -> drawAgain(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("sample.table " + table)
                .hasMessageEndingWith(sentence);
        assertThat(Path.of(recipe.samples())).doesNotExist();
    }

    @Test
    void tableThatIsNotThereIsRefused() {
        Recipe recipe =
                TinyDrawing.prepared(folder.resolve("out"), "sample.table=%s".formatted(folder.resolve("no.csv")));
        assertThatThrownBy(() -> drawAgain(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no.csv cannot be read: ");
    }

    @Test
    void filmstripsEndWithTheImageAndChangeNothing() throws IOException {
        String[] settings = {"sample.labels=[0-1]", "sample.per-class=3", "sample.batch=4", "sample.iterations=4"};
        Recipe plain = draw(settings);
        Recipe shown = TinyTraining.recipe(
                folder.resolve("out"),
                Stream.concat(
                                Arrays.stream(settings),
                                Stream.of(
                                        "sample.filmstrip=5",
                                        "sample.filmstrip-every=3",
                                        "samples=" + folder.resolve("shown")))
                        .toArray(String[]::new));
        drawAgain(shown);
        Path strips = TinyDrawing.drawn(shown).resolve("filmstrips");
        assertThat(names(strips)).hasSize(10).contains("00000.gif", "00000.png", "00004.png");
        int side = shown.data().imageSize();
        BufferedImage strip = ImageIO.read(strips.resolve("00004.png").toFile());
        BufferedImage image =
                ImageIO.read(TinyDrawing.drawn(shown).resolve("0001/00001.png").toFile());
        assertThat(strip.getWidth()).as("after 3 iterations and after 4").isEqualTo(2 * side + 2);
        for (int at = 0; at < side * side; at++) {
            int drawn = image.getRGB(at % side, at / side) & 0xff;
            int last = strip.getRGB(side + 2 + at % side, at / side) & 0xff;
            assertThat(last).as("pixel %d", at).isCloseTo(drawn, within(1)); // decoded in another batch
        }
        Map<String, Integer> images = contents(TinyDrawing.drawn(plain));
        images.remove("samples.json");
        assertThat(contents(TinyDrawing.drawn(shown))).containsAllEntriesOf(images);
    }

    @Test
    void otherSettingsAreDrawnIntoAFolderOfTheirOwn() throws IOException {
        String[] settings = {"sample.labels=1", "sample.per-class=2", "sample.iterations=4"};
        Recipe recipe = draw(settings);
        Map<String, Integer> first = contents(TinyDrawing.drawn(recipe));
        Recipe other =
                TinyTraining.recipe(folder.resolve("out"), settings[0], settings[1], settings[2], "sample.seed=9");
        Path second = Path.of(other.samples(), "step-00000007-2");
        assertThat(drawAgain(other)).contains("2 images in ", " a second): " + second + ", all of them on ");
        assertThat(drawAgain(other)).contains(second + " already holds these 2 images");
        assertThat(drawAgain(recipe)).contains(TinyDrawing.drawn(recipe) + " already holds these 2 images");
        assertThat(contents(TinyDrawing.drawn(recipe))).isEqualTo(first);
        assertThat(new Drawings(other.samples()).newest()).contains("file:" + second);
    }

    @Test
    void aFolderOfSomethingElseIsRefused() throws IOException {
        Recipe recipe = TinyDrawing.prepared(folder.resolve("out"));
        Files.writeString(Files.createDirectories(Path.of(recipe.samples())).resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> drawAgain(recipe))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("file:%s holds other data, notes.txt among it; choose an empty folder by samples="
                        .formatted(recipe.samples()));
    }

    @Test
    void labelsThatThereAreNotAreRefused() {
        assertThatThrownBy(() -> TinyTraining.recipe(folder, "sample.labels=[1-3]"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("sample.labels is [1, 2, 3], must be numbers below 3, the number of classes");
        assertThatThrownBy(() -> TinyTraining.recipe(folder, "sample.labels=[3-1]"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("sample.labels is [\"3-1\"], must be a list of whole numbers");
        assertThatThrownBy(() -> TinyTraining.recipe(folder, "sample.iterations=99"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("the number of tokens");
    }

    @Test
    void averageThatWasNotKeptIsTold() {
        Recipe recipe = TinyDrawing.prepared(folder.resolve("out"), "sample.labels=[0]");
        String sentence = "step-00000007 has no moving average of its own: its parameters draw";
        assertThat(drawAgain(recipe)).contains(sentence);
        Recipe raw = TinyTraining.recipe(
                folder.resolve("out"), "sample.labels=[0]", "sample.weights=raw", "samples=" + folder.resolve("raw"));
        assertThat(drawAgain(raw)).contains("drawing").doesNotContain("average");
    }

    @Test
    void twoExecutorsAndOneProcessDrawTheSameBytes() throws Exception {
        String[] settings = {"sample.labels=[0-1]", "sample.per-class=100", "sample.batch=10"};
        Recipe one = draw(settings);
        Path file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        List<String> words = new ArrayList<>(
                List.of("sample", file.toString(), "out=" + one.out(), "samples=" + folder.resolve("two")));
        words.addAll(Arrays.asList(settings));
        try (LoopbackCluster cluster = new LoopbackCluster(folder.resolve("spark"), 1)) {
            Path log = folder.resolve("two.log");
            assertThat(MainProcess.on(cluster, log, words).start().waitFor())
                    .as(() -> log.toString())
                    .isZero();
        }
        assertThat(contents(TinyDrawing.drawn(folder.resolve("two"))))
                .hasSize(202)
                .isEqualTo(contents(TinyDrawing.drawn(one)));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> !name.endsWith(".crc"))
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, byte[]> members(Path file) throws IOException {
        Map<String, byte[]> members = new TreeMap<>();
        try (InputStream stream = Files.newInputStream(file);
                TarArchiveInputStream tar = new TarArchiveInputStream(stream)) {
            for (TarArchiveEntry entry = tar.getNextTarEntry(); entry != null; entry = tar.getNextTarEntry()) {
                members.put(entry.getName(), tar.readAllBytes());
            }
        }
        return members;
    }

    private static Map<String, Integer> contents(Path root) throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                contents.put(root.relativize(path).toString(), Arrays.hashCode(Files.readAllBytes(path)));
            }
        }
        return contents;
    }
}
