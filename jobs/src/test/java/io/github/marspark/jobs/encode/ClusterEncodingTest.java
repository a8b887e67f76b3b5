package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ClassFolders;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Encodes on executors that are processes of their own, and in a process of its own, some of which are killed. */
@Tag("cluster")
@Timeout(120)
class ClusterEncodingTest {
    /** PendingFiles hold 7 images: a megabyte has room for so many of 2 x 16384 numbers of 4 bytes. */
    private static final AutoencoderConfig TINY =
            new AutoencoderConfig(64, 3, 8, List.of(1, 2), 1, List.of(), List.of(), 8, 4);

    private static final int IMAGES = 210;
    private static final int BROKEN = 3;
    private static final int FILES = 31;

    private static final String RECIPE = """
            name = tiny
            data { image-size = 64, classes = 2 }
            tokenizer {
              width = 8, multipliers = [1, 2], residual-blocks = 1, attention-resolutions = []
              latent-channels = 8, groups = 4
            }
            encode { number-type = float32, shard-megabytes = 1, batch = 4, max-reject-share = 0.5 }
            sample.iterations = 4
            """;

    @TempDir
    static Path shared;

    private static LoopbackCluster cluster;
    private static JavaSparkContext context;
    private static SparkSession spark;

    @BeforeAll
    static void encodeUndisturbed() throws IOException {
        cluster = new LoopbackCluster(shared.resolve("spark"), 1);
        writeImages();
        Nd4j.getRandom().setSeed(1);
        new Tokenizer(
                        TINY,
                        Nd4j.rand(
                                        DataType.FLOAT,
                                        AutoencoderParameters.layout(TINY).size())
                                .subi(0.5)
                                .muli(0.2),
                        0.25)
                .save(shared.resolve("tokenizer"));
        context = cluster.open(2);
        spark = SparkSession.builder()
                .config("spark.sql.shuffle.partitions", "4")
                .getOrCreate();
        Totals totals = encode("whole");
        assertThat(totals.records()).isEqualTo(IMAGES);
        assertThat(totals.rejects()).isEqualTo(BROKEN);
        assertThat(totals.files()).isEqualTo(FILES);
    }

    @AfterAll
    static void stop() {
        spark.close();
        context.close();
        cluster.close();
    }

    @Test
    void killedExecutorChangesNothing() throws Exception {
        CompletableFuture<Totals> encoding = CompletableFuture.supplyAsync(() -> encode("executor"));
        awaitFiles("executor");
        cluster.killAnExecutor();
        assertThat(complete("executor")).hasSizeLessThan(FILES);
        assertThat(encoding.get().records()).isEqualTo(IMAGES);
        assertSameAsUndisturbed("executor");
    }

    @Test
    void killedDriverGoesOnWithTheSameCommand() throws Exception {
        Path recipe = Files.writeString(shared.resolve("tiny.conf"), RECIPE);
        Path log = shared.resolve("driver.log");
        ProcessBuilder command = MainProcess.of(
                log,
                Stream.concat(
                                Stream.of("encode", recipe.toString()),
                                settings("driver").entrySet().stream()
                                        .map(setting -> setting.getKey() + "=" + setting.getValue()))
                        .toList());
        Process first = command.start();
        awaitFiles("driver");
        first.destroyForcibly().waitFor();
        Map<String, FileTime> before = complete("driver");
        assertThat(before).hasSizeBetween(1, FILES - 1);
        Process second = command.start();
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(log).content().contains("of which %d are complete".formatted(before.size()));
        assertThat(second.exitValue()).isZero();
        assertThat(complete("driver")).hasSize(FILES).containsAllEntriesOf(before);
        assertSameAsUndisturbed("driver");
    }

    private static Map<String, String> settings(String latents) {
        return Map.of(
                "images", shared.resolve("images").toString(),
                "tokenizer-folder", shared.resolve("tokenizer").toString(),
                "latents", shared.resolve(latents).toString());
    }

    private static Totals encode(String latents) {
        Recipe recipe = Recipes.parse(RECIPE, "tiny", settings(latents));
        EncoderSource encoders =
                TokenizerEncoders.of(recipe.tokenizerFolder(), recipe.data().imageSize());
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new Encoding(
                        spark, encoders, recipe.encode(), Corpus.data(TINY.resolution(), 2), recipe.latents(), nowhere)
                .run(ClassFolders.at(recipe.images(), ImageSettings.LABELLED));
    }

    private static void writeImages() throws IOException {
        Random random = new Random(1);
        for (String name : List.of("ash", "oak")) {
            Path folder = Files.createDirectories(shared.resolve("images").resolve(name));
            for (int index = 0; index < IMAGES / 2; index++) {
                writeImage(folder.resolve(index + ".png"), random);
            }
        }
        for (int index = 0; index < BROKEN; index++) {
            Files.writeString(shared.resolve("images/ash/broken-%d.png".formatted(index)), "no image at all");
        }
    }

    private static void writeImage(Path file, Random random) throws IOException {
        BufferedImage image = new BufferedImage(72, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(
                random.nextInt(72), 0, new Color(random.nextInt()), 72, 64, new Color(random.nextInt())));
        graphics.fillRect(0, 0, 72, 64);
        graphics.dispose();
        ImageIO.write(image, "png", file.toFile());
    }

    /** Waits until some files are complete. */
    private static void awaitFiles(String latents) throws IOException, InterruptedException {
        while (complete(latents).size() < 4) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** When each file with a report was written. */
    private static Map<String, FileTime> complete(String latents) throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        Path folder = shared.resolve(latents);
        for (int file = 0; file < FILES; file++) {
            if (Files.exists(folder.resolve(LatentFolder.report(file)))) {
                String name = LatentFolder.file(file);
                times.put(name, Files.getLastModifiedTime(folder.resolve(name)));
            }
        }
        return times;
    }

    private static void assertSameAsUndisturbed(String latents) throws IOException {
        assertThat(bytes(latents)).isEqualTo(bytes("whole"));
        assertThat(rows(latents, LatentFolder.MANIFEST)).hasSize(FILES).isEqualTo(rows("whole", LatentFolder.MANIFEST));
        assertThat(rows(latents, LatentFolder.REJECTS)).hasSize(BROKEN).isEqualTo(rows("whole", LatentFolder.REJECTS));
    }

    /** Hashes of all files but the tables, by their names. */
    private static Map<String, Integer> bytes(String latents) throws IOException {
        Path folder = shared.resolve(latents);
        Map<String, Integer> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.toString().contains(".parquet")) {
                    hashes.put(folder.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return hashes;
    }

    private static List<String> rows(String latents, String table) {
        return spark.read().parquet(shared.resolve(latents).resolve(table).toString()).collectAsList().stream()
                .map(Row::toString)
                .sorted()
                .toList();
    }
}
