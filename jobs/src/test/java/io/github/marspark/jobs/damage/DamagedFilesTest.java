package io.github.marspark.jobs.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.latents.LatentManifest;
import io.github.marspark.jobs.latents.LatentSet;
import io.github.marspark.jobs.latents.Manifests;
import io.github.marspark.jobs.recipe.Mirror;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.sample.SampleFolder;
import io.github.marspark.jobs.sample.SampleJob;
import io.github.marspark.jobs.sample.SamplePlan;
import io.github.marspark.jobs.sample.TinyDrawing;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that were altered: whoever reads one says so in a sentence that names it, or reads what was written. Nothing that a
 * file announces makes a reader take more memory than the file is worth, or more than seconds.
 */
@Timeout(600) // a reader that never ends is named by its test
class DamagedFilesTest {
    /** Of each format, whatever variants it has; {@code -Dmar.mutations=N} tries more. */
    private static final int MUTATIONS = Integer.getInteger("mar.mutations", 1000);

    private static final Duration LONGEST = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    /**
     * Alters a file in many ways, and restores it.
     *
     * @param file to be altered
     * @param named what every message names
     * @param variants of the format that share its number of mutations
     * @param reading reads it and returns what it has read
     * @return how many of the altered files were read as what was written
     */
    private static int assertToldOrHarmless(Path file, String named, int variants, Supplier<?> reading)
            throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Object written = reading.get();
        Mutations mutations = new Mutations();
        int harmless = 0;
        for (int number = 0; number < MUTATIONS / variants; number++) {
            Files.write(file, mutations.of(whole, number));
            Object[] read = {written};
            Throwable failure = inTime(number, () -> read[0] = reading.get());
            if (failure == null) {
                assertThat(read[0]).as("mutation %d", number).isEqualTo(written);
                harmless++;
            } else {
                assertSentence(failure, named, number);
            }
        }
        Files.write(file, whole);
        assertThat(reading.get()).isEqualTo(written);
        return harmless;
    }

    /** What reading fails with; a reader that takes too long is named by the number of the mutation. */
    private static @Nullable Throwable inTime(int number, Executable reading) {
        Throwable[] failure = new Throwable[1];
        assertTimeoutPreemptively(
                LONGEST,
                () -> {
                    try {
                        reading.execute();
                    } catch (Throwable told) {
                        failure[0] = told;
                    }
                },
                "mutation " + number);
        return failure[0];
    }

    private static void assertSentence(Throwable failure, String named, int number) {
        assertThat(failure)
                .as("mutation %d", number)
                .isInstanceOfAny(
                        IllegalArgumentException.class, IllegalStateException.class, UncheckedIOException.class)
                .hasMessageContaining(named);
        String sentence = String.valueOf(passesOn(failure) ? failure.getCause().getMessage() : failure.getMessage());
        assertThat(sentence).as("mutation %d", number).doesNotContain("Exception", "(null)", ": null;");
        assertThat(sentence.lines().skip(1)).as("mutation %d", number).allMatch(line -> line.startsWith("  "));
    }

    private static boolean passesOn(Throwable failure) {
        return failure.getCause() != null && failure.getCause().toString().equals(failure.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void latentsWithAManifest(LatentCodec codec) throws IOException {
        Path file = latents(codec);
        Manifests.write(folder);
        int harmless = assertToldOrHarmless(file, file.toString(), LatentCodec.values().length, () -> {
            LatentIndex index = LatentIndex.of(folder.toString());
            LatentSet.copy(index, 0, index.size(), Mirror.HORIZONTAL, folder.resolve("copy"))
                    .close();
            return index;
        });
        assertThat(harmless).isZero();
    }

    /** Without a checksum of the codec, numbers may be others; everything else is checked. */
    @ParameterizedTest
    @EnumSource
    void latentsAlone(LatentCodec codec) throws IOException {
        Path file = latents(codec);
        assertToldOrHarmless(file, file.toString(), LatentCodec.values().length, () -> {
            List<String> records = new ArrayList<>();
            try (LatentReader reader = LatentReader.open(file)) {
                reader.forEach(record -> records.add(codec == LatentCodec.SNAPPY ? described(record) : ""));
            }
            return codec == LatentCodec.SNAPPY ? records : "read";
        });
    }

    private static String described(LatentRecord record) {
        return record.getId() + Arrays.hashCode(record.getMoments().array());
    }

    private Path latents(LatentCodec codec) throws IOException {
        LatentHeader header = TinyTraining.header(2, 0.5);
        Path file = folder.resolve("part-00000.avro");
        try (LatentWriter writer = LatentWriter.to(Files.newOutputStream(file), file.toString(), header, codec)) {
            float[] moments = new float[header.momentCount()];
            for (int i = 0; i < 60; i++) {
                Arrays.fill(moments, i);
                String id = "bag/%d.png".formatted(i);
                writer.write(new EncodedImage(id, "/images/" + id, 0, "bag", 8, 8, moments, moments));
            }
        }
        return file;
    }

    /**
     * Two thousand million bytes are announced: by the first key of the metadata, the first block, the first text of its
     * first record, and by what Snappy says a block becomes.
     */
    @ParameterizedTest
    @CsvSource({
        "NULL, 5, it ends inside a block",
        "NULL, 1, it ends inside a block",
        "NULL, 4, its bytes make no sense",
        "SNAPPY, 3, 'a block would have more than 67,109,376 bytes'"
    })
    void announcedLengthsAreNotBelieved(LatentCodec codec, int place, String reason) throws IOException {
        Path file = latents(codec);
        byte[] whole = Files.readAllBytes(file);
        byte[] marker = Arrays.copyOfRange(whole, whole.length - 16, whole.length);
        int block = indexOf(whole, marker) + marker.length; // number of records, a byte; length, two or three
        int at = place == 5 ? place : block + place;
        byte[] huge = {(byte) 0xf0, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0e};
        System.arraycopy(huge, 0, whole, at, huge.length);
        Files.write(file, whole);
        assertThatThrownBy(() -> LatentReader.open(file).forEach(record -> {}))
                .isInstanceOfAny(IllegalArgumentException.class, UncheckedIOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    private static int indexOf(byte[] whole, byte[] sought) {
        int at = 0;
        while (!Arrays.equals(whole, at, at + sought.length, sought, 0, sought.length)) {
            at++;
        }
        return at;
    }

    @Test
    void manifestOfLatents() throws IOException {
        latents(LatentCodec.SNAPPY);
        Manifests.write(folder);
        Files.deleteIfExists(folder.resolve(".manifest.parquet.crc"));
        assertToldOrHarmless(folder.resolve(LatentManifest.NAME), folder.toString(), 1, () -> {
            LatentIndex index = LatentIndex.of(folder.toString());
            LatentSet.copy(index, 0, index.size(), Mirror.HORIZONTAL, folder.resolve("copy"))
                    .close();
            return index;
        });
    }

    @Test
    void descriptionOfSamples() throws IOException {
        Recipe recipe = TinyDrawing.prepared(folder);
        CheckpointReader checkpoint = CheckpointReader.latest(recipe.checkpoints());
        Path samples = Path.of(recipe.samples(), "step-00000007");
        new SampleJob(recipe, new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)).run();
        // one that tells of other settings is that of another drawing: these images are drawn beside it
        assertToldOrHarmless(samples.resolve("samples.json"), samples.toString(), 1, () -> {
            SampleFolder drawn = new SampleFolder(recipe, SamplePlan.of(recipe), checkpoint);
            return drawn.isDone() || drawn.address().equals(samples + "-2");
        });
    }

    @ParameterizedTest
    @EnumSource
    void noteOfWhatMadeAFolder(OriginNote note) throws IOException {
        FileStore store = FileStore.at(folder.toString());
        Origin origin = new Origin(Map.of("images", "/images", "seed", "7", "tokenizer.width", "128"));
        MadeFolder made = new MadeFolder(store, Product.LATENTS, "note", note);
        made.write(origin);
        assertToldOrHarmless(folder.resolve("note"), folder.toString(), OriginNote.values().length, () -> {
            made.requireSame(made.origin().orElseThrow(), origin);
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "manifest.sha256", "shard-00000-of-00001.safetensors"})
    void checkpoint(String name) throws IOException {
        Recipe recipe = TinyDrawing.prepared(folder);
        Path file = Path.of(recipe.checkpoints(), "step-00000007", name);
        CheckpointFolder checkpoints = new CheckpointFolder(recipe.checkpoints());
        int harmless = assertToldOrHarmless(file, file.getParent().toString(), 1, () -> {
            CheckpointReader reader = CheckpointReader.at(checkpoints, 7);
            reader.manifest().parts().forEach(part -> checkpoints.parts().verify(7, part));
            return reader.average();
        });
        assertThat(harmless).isZero();
        Files.write(file, new byte[] {1});
        assertThatThrownBy(() -> CheckpointReader.latest(recipe.checkpoints()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(recipe.checkpoints());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.safetensors"})
    void tokenizer(String name) throws IOException {
        Recipe recipe = TinyTraining.recipe(folder);
        TinyDrawing.tokenizer(recipe).save(folder);
        assertToldOrHarmless(folder.resolve(name), folder.toString(), 1, () -> {
            Tokenizer tokenizer = TokenizerFolder.open(folder.toString());
            return List.of(tokenizer.fingerprint(), tokenizer.values());
        });
    }

    /** What a person writes has no checksum: it is a recipe, or a sentence says where it is none. */
    @Test
    void recipe() throws IOException {
        Path file = folder.resolve("tiny.conf");
        byte[] whole = TinyTraining.text().getBytes(StandardCharsets.UTF_8);
        Mutations mutations = new Mutations();
        int refused = 0;
        for (int number = 0; number < MUTATIONS; number++) {
            Files.write(file, mutations.of(whole, number));
            Throwable failure = inTime(number, () -> Recipes.read(file, Map.of()));
            if (failure != null) {
                assertThat(failure).as("mutation %d", number).isInstanceOf(RecipeException.class);
                assertThat(failure.getMessage().lines())
                        .as("mutation %d", number)
                        .allMatch(line -> line.contains("tiny.conf"));
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 4);
    }
}
