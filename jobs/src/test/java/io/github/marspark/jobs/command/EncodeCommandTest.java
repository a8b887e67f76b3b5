package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.idx.FashionMnist;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EncodeCommandTest {
    private static final AutoencoderConfig TINY =
            new AutoencoderConfig(16, 3, 8, List.of(1, 2), 1, List.of(), List.of(), 4, 4);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @BeforeEach
    void writeRecipe() throws IOException {
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.sql.shuffle.partitions", "2");
        Files.writeString(folder.resolve("tiny.conf"), """
                name = tiny
                out = %s
                images = ${out}/images
                data { image-size = 16, classes = 10 }
                tokenizer { width = 8, multipliers = [1, 2], groups = 4, latent-channels = 4, attention-resolutions = [] }
                sample { iterations = 4 }
                encode { batch = 8 }
                """.formatted(folder));
    }

    @AfterEach
    void forgetMaster() {
        System.clearProperty("spark.master");
        System.clearProperty("spark.sql.shuffle.partitions");
    }

    @Test
    void garmentsAreEncodedWithATokenizer() throws IOException {
        someGarments(folder.resolve("images"), 3);
        Tokenizer tokenizer = tokenizer(1);
        tokenizer.save(folder.resolve("tokenizer"));
        run();
        try (LatentReader reader = LatentReader.open(folder.resolve("latents/part-00000.avro"))) {
            assertThat(reader.header().tokenizerFingerprint()).isEqualTo(tokenizer.fingerprint());
            assertThat(reader.header().scaleFactor()).isEqualTo(0.25);
            assertThat(reader.header().shape()).containsExactly(8, 8, 8);
            assertThat(reader.header().classNames()).isEqualTo(FashionMnist.CLASS_FOLDERS);
            List<LatentRecord> records = new ArrayList<>();
            reader.forEach(records::add);
            assertThat(records)
                    .extracting(LatentRecord::getLabel)
                    .containsExactly(
                            0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("30 images in = 30 latent records + 0 rejects");
        tokenizer(2).save(folder.resolve("tokenizer"));
        assertThatThrownBy(this::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds latents that were encoded otherwise: tokenizer was "
                        + tokenizer.fingerprint().substring(0, 59));
    }

    @Test
    void anotherNumberOfClassesIsRefused() throws IOException {
        tokenizer(1).save(folder.resolve("tokenizer"));
        someGarments(folder.resolve("images"), 1);
        Files.createDirectories(folder.resolve("images/11-hat"));
        assertThatThrownBy(this::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "file:%s/images has 11 classes (0-t-shirt, 1-trouser, 11-hat, …), but data.classes is 10; set images to the place that holds all classes, or data.classes=11"
                                .formatted(folder));
    }

    @Test
    void missingTokenizerIsNamed() throws IOException {
        someGarments(folder.resolve("images"), 1);
        assertThatThrownBy(this::run)
                .hasMessageContaining(folder.resolve("tokenizer/tokenizer.json").toString())
                .hasMessageContaining("./mar train-tokenizer");
    }

    @Test
    void imagesHaveToBeGiven() {
        assertThatThrownBy(() -> new EncodeCommand().run(List.of(recipe(), "images="), out))
                .isInstanceOf(UsageException.class)
                .hasMessage("encode needs the key images: write it into the recipe, or images=… on the command line");
    }

    private void run() {
        new EncodeCommand().run(List.of(recipe()), out);
    }

    private String recipe() {
        return folder.resolve("tiny.conf").toString();
    }

    private static Tokenizer tokenizer(long seed) {
        Nd4j.getRandom().setSeed(seed);
        INDArray values = Nd4j.rand(
                        DataType.FLOAT, AutoencoderParameters.layout(TINY).size())
                .subi(0.5)
                .muli(0.2);
        return new Tokenizer(TINY, values, 0.25);
    }

    /** The first images of each class. */
    private void someGarments(Path images, int ofEach) throws IOException {
        Path all = folder.resolve("garments");
        FashionMnist.writeInto(all);
        for (String name : FashionMnist.CLASS_FOLDERS) {
            Path target = Files.createDirectories(images.resolve(name));
            try (var files = Files.list(all.resolve(name))) {
                for (Path file : files.sorted().limit(ofEach).toList()) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
        }
    }
}
