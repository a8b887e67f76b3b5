package io.github.marspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.jobs.command.EncodeCommand;
import io.github.marspark.jobs.command.EvaluateCommand;
import io.github.marspark.jobs.command.ExportCommand;
import io.github.marspark.jobs.command.ImportCommand;
import io.github.marspark.jobs.command.InspectCommand;
import io.github.marspark.jobs.command.RecipeCommand;
import io.github.marspark.jobs.command.SampleCommand;
import io.github.marspark.jobs.command.TrainClassifierCommand;
import io.github.marspark.jobs.command.TrainCommand;
import io.github.marspark.jobs.command.TrainTokenizerCommand;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All jobs in a row on a few small images, and what they say when they are run again. */
class PipelineTest {
    private static final String RECIPE = """
            name = tiny
            data { image-size = 16, classes = 2, mirror = none, validation-share = 0.1 }
            tokenizer {
              width = 8, multipliers = [1, 1], residual-blocks = 1, attention-resolutions = [], latent-channels = 2
              groups = 4, learning-rate = 1e-3, batch = 4, steps = 3
            }
            model {
              patch = 4, width = 16, encoder-depth = 1, decoder-depth = 1, heads = 2, buffer = 2, dropout = 0
              head { width = 16, depth = 1 }
            }
            train { global-batch = 4, streams = 4, steps = 4, learning-rate = 1e-3, warmup-steps = 1 }
            sample { per-class = 3, iterations = 2, diffusion-steps = ddim10, guidance = 2, batch = 4 }
            """;

    @TempDir
    Path folder;

    /** How the jobs are told of the folder. */
    private String root;

    @BeforeEach
    void tellOfTheFolderByItsPath() {
        root = folder.toString();
    }

    @Test
    void theJobsWriteWhatTheNextOneReads() throws IOException {
        images();
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        assertThat(run(new TrainTokenizerCommand(), recipe)).contains("PSNR", "latent scale");
        assertThat(run(new EncodeCommand(), recipe)).contains("12 latent records + 0 rejects");
        assertSparkReads(folder.resolve("out/latents"));
        assertThat(run(new TrainCommand(), recipe))
                .contains("trained to step 4", "next: ")
                .endsWith("mar sample %s images=%s/images out=%2$s/out%n".formatted(recipe, root));
        assertThat(run(new SampleCommand(), recipe)).contains("6 images in");
        assertSamples();
        assertThat(run(new TrainClassifierCommand(), recipe, "classifier.steps=3", "classifier.width=8"))
                .contains("right on ", " of 1 held-out images");
        assertThat(run(new EvaluateCommand(), recipe)).contains("classifier distance", "label accuracy", "6 images");
        assertInspected();
        assertSecondRunsReuse(recipe);
        assertWeightsTravel(recipe);
    }

    /** One folder of latents trains both losses, and what they draw is decoded by the codes. */
    @Test
    void aQuantisedTokenizersLatentsAndIdsGoThroughAllJobs() throws IOException {
        images();
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        String[] quantised = {"tokenizer.kind=vq", "tokenizer.codes=300", "model.patch=1", "sample.per-class=1"};
        assertThat(run(new TrainTokenizerCommand(), recipe, quantised))
                .containsPattern("tokenizer step 3 ends an epoch of [0-9]+ of 300 codes used, perplexity [0-9.]+\\R")
                .containsPattern("on 11 training images [0-9]+ of 300 codes used, perplexity [0-9.]+\\R");
        assertThat(run(new EncodeCommand(), recipe, quantised))
                .contains("12 latent records + 0 rejects")
                .containsPattern("on the encoded images [0-9]+ of 300 codes used, perplexity [0-9.]+\\R");
        for (String loss : List.of("diffusion", "cross-entropy")) {
            String[] settings = Stream.concat(
                            Stream.of(quantised),
                            Stream.of(
                                    "model.loss=" + loss,
                                    "checkpoints=" + root + "/out/" + loss,
                                    "samples=" + root + "/out/drawn-" + loss))
                    .toArray(String[]::new);
            assertThat(run(new TrainCommand(), recipe, settings)).contains("trained to step 4");
            assertThat(run(new SampleCommand(), recipe, settings)).contains("2 images in");
        }
        String tokenizer = root + "/out/tokenizer";
        assertThat(inspect(
                        root + "/out/latents", "--decode", "2", "tokenizer=" + tokenizer, "out=" + folder + "/drawn"))
                .contains(
                        "[2, 8, 8] of FLOAT16",
                        "codes          an id a place, ",
                        " of 300 codes used",
                        "2 images drawn")
                .doesNotContain("log variances");
        assertThat(inspect(tokenizer))
                .contains("a quantised autoencoder, stride 2")
                .containsPattern("codes          [0-9]+ of 300 used at 704 places, perplexity [0-9.]+\\R");
    }

    @Test
    void theJobsWorkOnAFileSystemThatIsNotLocal() throws IOException {
        try (ViewedFolder viewed = new ViewedFolder(folder)) {
            root = viewed.address();
            images();
            Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
            assertThat(run(new TrainTokenizerCommand(), recipe))
                    .contains("in " + root + "/out/tokenizer: on 1 held-out");
            assertThat(run(new EncodeCommand(), recipe)).contains("12 latent records + 0 rejects");
            assertThat(run(new TrainCommand(), recipe)).contains("trained to step 4");
            assertThat(run(new SampleCommand(), recipe)).contains("6 images in");
            assertSamples();
            assertSecondRunsReuse(recipe);
            assertThat(inspect(root + "/out/tokenizer")).contains("a KL autoencoder, stride 2");
            assertThatThrownBy(() -> run(new ExportCommand(), recipe, "file=" + root + "/weights.safetensors"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("file is " + root
                            + "/weights.safetensors; it has to lie on this machine's own disks, give a path of them");
        }
    }

    @Test
    void theJobsRunWhereKryoTakesRegisteredClassesOnly() throws IOException {
        Map<String, String> kryo = Map.of(
                "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                "spark.kryo.registrationRequired", "true");
        kryo.forEach(System::setProperty);
        try {
            images();
            Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
            run(new TrainTokenizerCommand(), recipe);
            assertThat(run(new EncodeCommand(), recipe)).contains("12 latent records + 0 rejects");
            assertThat(run(new TrainCommand(), recipe)).contains("trained to step 4");
            assertThat(run(new SampleCommand(), recipe)).contains("6 images in");
        } finally {
            kryo.keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void filesAreFoundByAddressesOfLocalFiles() throws IOException {
        root = folder.toUri().toString().replaceFirst("/$", "");
        images();
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        assertThat(run(new TrainTokenizerCommand(), recipe)).contains("in " + folder);
        assertThat(run(new TrainTokenizerCommand(), recipe)).contains("already holds this tokenizer");
        assertThat(folder.resolve("out/tokenizer")).isDirectoryContaining("glob:**/trained-by.txt");
        assertThat(run(new EncodeCommand(), recipe)).contains("12 latent records + 0 rejects");
        assertThat(folder.resolve("out/latents")).isDirectoryContaining("glob:**/manifest.parquet");
    }

    /** As it was killed before the description, which is the last file. */
    @Test
    void unfinishedTokenizerIsTrainedAgain() throws IOException {
        images();
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        run(new TrainTokenizerCommand(), recipe);
        Path description = folder.resolve("out/tokenizer/tokenizer.json");
        byte[] whole = Files.readAllBytes(description);
        Files.delete(description);
        assertThat(run(new TrainTokenizerCommand(), recipe))
                .contains("training a tokenizer on 11 image files, 1 held out");
        assertThat(description).hasBinaryContent(whole);
        assertThat(run(new TrainTokenizerCommand(), recipe)).contains("already holds this tokenizer");
    }

    private void assertInspected() throws IOException {
        Path out = folder.resolve("out");
        Path latents = out.resolve("latents");
        Path drawn = folder.resolve("drawn");
        String[] drawing = {latents.toString(), "--decode", "3", "tokenizer=" + out.resolve("tokenizer"), "out=" + drawn
        };
        assertThat(inspect(drawing))
                .contains("latents, 12 records in 1 file", "[4, 8, 8] of FLOAT16", "3 images drawn")
                .containsPattern("0 across +6 records\\R1 down +6 records")
                .containsPattern("first records\\R  across/0.png  label 0  20 x 20");
        try (Stream<Path> pictures = Files.list(drawn)) {
            assertThat(pictures)
                    .hasSize(3)
                    .allSatisfy(file ->
                            assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(16));
        }
        assertThatThrownBy(() -> inspect(drawing)).hasMessageContaining(drawn + " holds other data, 00000-label-");
        assertThat(inspect(out.resolve("tokenizer").toString())).contains("a KL autoencoder, stride 2", "fingerprint");
        assertThat(inspect(out.resolve("checkpoints").toString()))
                .contains("of steps [4]", "a checkpoint after 4 steps", "as it was written", "of the latents")
                .containsPattern("values +-[0-9.]+ to [0-9.]+ in parameters\\Rvalues +-[0-9.]+ to [0-9.]+ in average");
        assertThatThrownBy(() -> inspect(folder.resolve("images").toString()))
                .hasMessageContaining("holds no latents (*.avro), no tokenizer");
        assertThatThrownBy(() -> inspect(folder.resolve("nowhere").toString())).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> inspect(latents.toString(), "--decode", "3"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("add tokenizer=FOLDER");
        assertThatThrownBy(() -> inspect(cutShort(latents).toString())).hasMessageContaining("is damaged or cut short");
        assertComparedWithReports(latents);
    }

    /** Whole files that are not those of the encoding: one shorter, one missing. */
    private void assertComparedWithReports(Path latents) throws IOException {
        Path shard = latents.resolve("part-00000.avro");
        Path kept = Files.move(shard, folder.resolve("kept.avro"));
        try (LatentReader reader = LatentReader.open(kept)) {
            LatentWriter.to(Files.newOutputStream(shard), "empty", reader.header(), LatentCodec.SNAPPY)
                    .close();
        }
        assertThatThrownBy(() -> inspect(latents.toString()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        ".*part-00000.avro has [\\d,]+ bytes, was written with [\\d,]+ bytes and 12 records.*");
        Files.move(shard, latents.resolve("part-00001.avro"));
        assertThatThrownBy(() -> inspect(latents.toString())).hasMessageContaining("part-00000.avro is missing");
        Files.delete(latents.resolve("part-00001.avro"));
        Files.move(kept, shard);
        Path manifest = Files.move(latents.resolve("manifest.parquet"), folder.resolve("kept.parquet"));
        assertThat(inspect(latents.toString())).contains("encoding       not complete, ./mar encode goes on with it");
        Files.move(manifest, latents.resolve("manifest.parquet"));
        assertThat(inspect(latents.toString()))
                .contains("encoding       complete, 1 file as long as written", "manifest       agrees with 1 file");
    }

    private Path cutShort(Path latents) throws IOException {
        try (Stream<Path> files = Files.list(latents)) {
            Path shard = files.filter(file -> file.toString().endsWith(".avro"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(shard);
            return Files.write(folder.resolve("cut.avro"), Arrays.copyOf(bytes, bytes.length - 30));
        }
    }

    private static String inspect(String... words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new InspectCommand().run(List.of(words), new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Six grey ramps of each of two classes. */
    private void images() {
        for (int i = 0; i < 12; i++) {
            byte[] levels = new byte[20 * 20];
            for (int p = 0; p < levels.length; p++) {
                levels[p] = (byte) (i < 6 ? p % 20 * 12 + i : p / 20 * 12 + i);
            }
            Path file =
                    folder.resolve("images").resolve(i < 6 ? "across" : "down").resolve(i + ".png");
            PngFile.write(RgbImage.ofGrey(20, 20, levels), file);
        }
    }

    private String run(RecipeCommand job, Path recipe, String... settings) {
        List<String> arguments =
                new ArrayList<>(List.of(recipe.toString(), "images=" + root + "/images", "out=" + root + "/out"));
        arguments.addAll(Arrays.asList(settings));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        job.run(arguments, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** As docs/formats.md says. */
    private static void assertSparkReads(Path latents) {
        try (SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate()) {
            assertThat(spark.read().format("avro").load(latents + "/*.avro").count())
                    .isEqualTo(12);
            assertThat(spark.read()
                            .format("avro")
                            .option("pathGlobFilter", "*.avro")
                            .load(latents.toString())
                            .count())
                    .isEqualTo(12);
        }
    }

    private void assertSamples() throws IOException {
        Path samples = folder.resolve("out/samples/step-00000004");
        for (String file : List.of("0000/00000.png", "0000/00002.png", "0001/00001.png")) {
            assertThat(ImageIO.read(samples.resolve(file).toFile()).getWidth()).isEqualTo(16);
        }
        assertThat(samples.resolve("samples.png")).isNotEmptyFile();
        assertThat(folder.resolve("out/checkpoints/loss.png")).isNotEmptyFile();
    }

    private void assertSecondRunsReuse(Path recipe) {
        assertThat(run(new TrainTokenizerCommand(), recipe)).contains("already holds this tokenizer");
        assertThat(run(new SampleCommand(), recipe)).contains("already holds these 6 images");
        assertThat(run(new SampleCommand(), recipe, "sample.guidance=3")).contains("-2/samples.png");
        assertThatThrownBy(() -> run(new TrainTokenizerCommand(), recipe, "tokenizer.steps=5"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds a tokenizer that was trained otherwise: tokenizer.steps was ")
                .hasMessageEndingWith(", is 5; delete it or choose another folder by tokenizer-folder=");
        assertThatThrownBy(
                        () -> run(new SampleCommand(), recipe, "model.width=32", "samples=" + folder.resolve("other")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is of another network");
    }

    /** Exported, imported as another checkpoint, exported again: the same bytes. */
    private void assertWeightsTravel(Path recipe) throws IOException {
        Path first = folder.resolve("first.safetensors");
        Path second = folder.resolve("second.safetensors");
        String imported = "checkpoints=" + folder.resolve("imported");
        assertThat(run(new ExportCommand(), recipe, "file=" + first)).contains("moving average of step 4");
        assertThat(run(new ImportCommand(), recipe, "file=" + first, imported)).contains("parameters");
        run(new ExportCommand(), recipe, "file=" + second, imported);
        try (SafeTensors one = SafeTensors.open(first);
                SafeTensors two = SafeTensors.open(second)) {
            assertThat(two.names()).isEqualTo(one.names()).contains("diffloss.net.final_layer.linear.weight");
            for (String name : one.names()) {
                assertThat(two.floats(name)).as(name).isEqualTo(one.floats(name));
            }
        }
        assertThatThrownBy(() -> run(new ImportCommand(), recipe, "file=" + first, imported))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds checkpoints already");
        assertThatThrownBy(() -> run(new ExportCommand(), recipe, "file="))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("file is empty, give a path after file=");
        assertThatThrownBy(() -> run(new ImportCommand(), recipe, imported))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("import needs one file=PATH");
    }

    @Test
    void anEmptyFolderIsRefusedByName() throws IOException {
        Files.createDirectories(folder.resolve("images"));
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        assertThatThrownBy(() -> run(new TrainTokenizerCommand(), recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("images is empty; put image files into it, in one folder for each class");
    }

    @Test
    void aFolderWithoutAReadableImageIsRefusedByName() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images/kind"));
        Files.writeString(images.resolve("text.png"), "this is no image");
        Files.createFile(images.resolve("empty.jpg"));
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        assertThatThrownBy(() -> run(new TrainTokenizerCommand(), recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none of the 2 images in ");
    }
}
