package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.latents.Manifests;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class InspectCommandTest {
    private static final AutoencoderConfig TINY =
            new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(), List.of(), 1, 4);

    @TempDir
    Path folder;

    @Test
    void aFileOfLatentsIsSummedUp() throws IOException {
        Path file = shard("part-00000.avro", "f".repeat(64), 2, -1, 2);
        assertThat(inspect(file))
                .contains("part-00000.avro: latents, 3 records in 1 file\n")
                .contains("tokenizer      " + "f".repeat(64))
                .contains("scale          0.5, not applied")
                .contains("moments        [2, 4, 4] of FLOAT32, crops of 8 pixels")
                .contains("means          0.000 to 2.000, mean 1.000, deviation 0.8165")
                .contains("log variances  -4.000 to -4.000, mean -4.000")
                .contains("unlabelled     1 records\n2 shirt        2 records\n")
                .contains("first records\n  shirt/0.png  label 2  20 x 10  /images/shirt/0.png\n")
                .doesNotContain("encoding");
    }

    @Test
    void filesOfSeveralTokenizersDoNotBelongTogether() throws IOException {
        shard("part-00000.avro", "f".repeat(64), 0);
        shard("part-00001.avro", "e".repeat(64), 1);
        assertThatThrownBy(() -> inspect(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("part-00000.avro and file:" + folder + "/part-00001.avro do not belong together");
    }

    @Test
    void aFolderThatNoEncodingPlannedIsSaidToBeSo() throws IOException {
        shard("part-00000.avro", "f".repeat(64), 0);
        assertThat(inspect(folder)).contains("encoding       not known, the folder has no _plan.json");
    }

    @Test
    void theManifestIsComparedWithTheFiles() throws IOException {
        shard("part-00000.avro", "f".repeat(64), 0, 1);
        shard("part-00001.avro", "f".repeat(64), 2);
        shard("part-00002.avro", "f".repeat(64), 2);
        Manifests.write(folder);
        assertThat(inspect(folder)).contains("manifest       agrees with 3 files\n");
        shard("part-00001.avro", "f".repeat(64), 2, 0);
        Files.move(folder.resolve("part-00002.avro"), folder.resolve("part-00003.avro"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThatThrownBy(() -> new InspectCommand()
                        .run(List.of(folder.toString()), new PrintStream(said, true, StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("manifest.parquet and the files differ in 6 places, told above");
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("manifest       part-00001.avro has records 2, where it says 1\n")
                .contains("part-00001.avro has the labels and their records {0=1, 2=1}, where it says {2=1}\n")
                .containsPattern("part-00001.avro has bytes \\d+, where it says \\d+\n")
                .containsPattern("part-00001.avro has the SHA-256 \\p{XDigit}{64}, where it says \\p{XDigit}{64}\n")
                .contains("manifest       part-00003.avro is not in it\nmanifest       part-00002.avro is missing\n");
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        for (Path path : List.of(empty, folder.resolve("nowhere"), folder.resolve("part-00007.avro"))) {
            assertThatThrownBy(() -> inspect(path))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("file:%s is empty or does not exist; give a path that a job wrote", path);
        }
    }

    @Test
    void damagedLatentsAreNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(shard("part-00000.avro", "f".repeat(64), 0, 1));
        Path cut = Files.write(folder.resolve("cut.avro"), Arrays.copyOf(bytes, bytes.length - 30));
        assertThatThrownBy(() -> inspect(cut)).hasMessageContaining(cut + " is damaged or cut short after record");
        Path none = Files.createFile(folder.resolve("none.avro"));
        assertThatThrownBy(() -> inspect(none)).hasMessageContaining(none + " is no Avro file");
    }

    @Test
    void imagesAreDrawnByTheirTokenizerOnly() throws IOException {
        Tokenizer tokenizer = tokenizer(0.1);
        tokenizer.save(folder.resolve("right"));
        tokenizer(0.2).save(folder.resolve("wrong"));
        Path latents = Files.createDirectories(folder.resolve("latents"));
        shard("latents/part-00000.avro", tokenizer.fingerprint(), 0, 1);
        shard("latents/part-00001.avro", tokenizer.fingerprint(), -1, 2);
        String out = "out=" + folder.resolve("drawn");
        assertThatThrownBy(() -> inspect(latents, "--decode", "3", "tokenizer=" + folder.resolve("wrong"), out))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was encoded by tokenizer ")
                .hasMessageContaining(
                        "(weights %s… instead of ", tokenizer.fingerprint().substring(33, 45))
                .hasMessageContaining("give the one that encoded it");
        assertThat(folder.resolve("drawn")).doesNotExist();
        assertThat(inspect(latents, "--decode", "3", "tokenizer=" + folder.resolve("right"), out))
                .contains("3 images drawn into " + folder.resolve("drawn"));
        assertThat(folder.resolve("drawn").toFile().list())
                .containsExactlyInAnyOrder("00000-label-0.png", "00001-label-1.png", "00002-label--1.png");
    }

    @Test
    void aTokenizerDrawsNothing() {
        tokenizer(0.1).save(folder);
        assertThat(inspect(folder)).contains("a KL autoencoder, stride 2", "0.1000 to 0.1000", "scale          0.5\n");
        assertThatThrownBy(() -> inspect(folder, "--decode", "1", "tokenizer=" + folder))
                .isInstanceOf(UsageException.class)
                .hasMessage("file:%s holds no latents, which --decode draws", folder);
    }

    @Test
    void aCheckpointOfAnotherNameIsRefused() throws IOException {
        Path renamed = Files.createDirectories(folder.resolve("step-last"));
        Files.writeString(renamed.resolve("manifest.json"), "{}");
        assertThatThrownBy(() -> inspect(renamed))
                .hasMessage(
                        "file:%s is not named step- and at least eight digits, as checkpoints are; name it as it was",
                        renamed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a b|inspect does not understand 'b'",
                "a --draw|inspect does not understand '--draw'",
                "tokenizer=a|inspect needs a path",
                "a --decode|--decode is '', must be a whole number of at least 1",
                "a --decode 0|--decode is '0', must be a whole number of at least 1",
                "a --decode 3|--decode needs the tokenizer that encoded the images"
            })
    void wrongWordsAreRefused(String words, String sentence) {
        assertThatThrownBy(() -> run(words.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(sentence);
    }

    /** A file of one record a label; the means of record i are all i. */
    private Path shard(String name, String fingerprint, int... labels) throws IOException {
        LatentHeader header =
                new LatentHeader(fingerprint, 1, 4, 4, 0.5, NumberType.FLOAT32, 8, List.of("bag", "coat", "shirt"));
        Path file = folder.resolve(name);
        try (LatentWriter writer =
                LatentWriter.to(Files.newOutputStream(file), file.toString(), header, LatentCodec.SNAPPY)) {
            for (int i = 0; i < labels.length; i++) {
                float[] moments = new float[header.momentCount()];
                Arrays.fill(moments, 0, moments.length / 2, i);
                Arrays.fill(moments, moments.length / 2, moments.length, -4);
                String kind = labels[i] < 0 ? null : header.classNames().get(labels[i]);
                String id = kind + "/" + i + ".png";
                writer.write(new EncodedImage(id, "/images/" + id, labels[i], kind, 20, 10, moments, moments));
            }
        }
        return file;
    }

    private static Tokenizer tokenizer(double weight) {
        long parameters = AutoencoderParameters.layout(TINY).size();
        return new Tokenizer(TINY, Nd4j.valueArrayOf(new long[] {parameters}, weight, DataType.FLOAT), 0.5);
    }

    private static String inspect(Path path, String... words) {
        String[] all = new String[words.length + 1];
        all[0] = path.toString();
        System.arraycopy(words, 0, all, 1, words.length);
        return run(all);
    }

    private static String run(String... words) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        new InspectCommand().run(List.of(words), new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }
}
