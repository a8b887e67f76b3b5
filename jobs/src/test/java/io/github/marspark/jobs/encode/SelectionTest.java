package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ClassFolders;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.images.ParquetImages;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SelectionTest {
    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @AfterEach
    void goOn() {
        PoolingEncoders.BATCHES_LEFT.set(Integer.MAX_VALUE);
    }

    @Test
    void duplicatesAcrossFilesAreLeftOutAndAccountedFor() throws IOException {
        Totals totals = encode(twoFilesThatShareTenImages(), "latents", recipe(Duplicates.DROP, 0, 0));
        assertThat(totals).isEqualTo(new Totals(70, 60, 10, totals.bytes(), 0, 3));
        assertThat(Corpus.records(folder.resolve("latents")))
                .extracting(LatentRecord::getWidth)
                .doesNotHaveDuplicates()
                .hasSize(60);
        assertThat(Corpus.rejects(SPARK.session(), folder.resolve("latents")))
                .extracting(row -> row.getString(0), row -> row.getString(2), row -> row.getString(3))
                .hasSize(10)
                .first()
                .hasToString(
                        "(\"b.parquet#0000000000\", \"DUPLICATE\", \"has the same bytes as a.parquet#0000000030\")");
        assertThat(printed())
                .contains("70 images in = 60 latent records + 10 rejects\n", "left out of them: 10 DUPLICATE\n");
    }

    @Test
    void interruptedRunWithoutDuplicatesEndsWithTheSameBytes() throws IOException {
        ImageCollection images = twoFilesThatShareTenImages();
        EncodeRecipe recipe = recipe(Duplicates.DROP, 15, 0);
        encode(images, "whole", recipe);
        PoolingEncoders.BATCHES_LEFT.set(15);
        assertThatThrownBy(() -> encode(images, "latents", recipe)).hasMessageContaining("the process was killed");
        PoolingEncoders.BATCHES_LEFT.set(Integer.MAX_VALUE);
        FileTime before = Files.getLastModifiedTime(folder.resolve("latents/left-out.parquet"));
        assertThat(encode(images, "latents", recipe).records()).isEqualTo(45);
        assertThat(Files.getLastModifiedTime(folder.resolve("latents/left-out.parquet")))
                .isEqualTo(before);
        assertThat(Corpus.content(folder.resolve("latents"))).isEqualTo(Corpus.content(folder.resolve("whole")));
    }

    @Test
    void everyClassHasAtMostSoManyImagesAndTheyAreTheSameOnesEachTime() throws IOException {
        ImageCollection images = twoFilesThatShareTenImages();
        Totals totals = encode(images, "latents", recipe(Duplicates.KEEP, 7, 0));
        List<LatentRecord> records = Corpus.records(folder.resolve("latents"));
        Map<Integer, Long> counts = records.stream()
                .map(LatentRecord::getLabel)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(counts).isEqualTo(Map.of(0, 7L, 1, 7L, 2, 7L));
        assertThat(totals.rejects()).isEqualTo(49);
        assertThat(Corpus.rejects(SPARK.session(), folder.resolve("latents")))
                .extracting(row -> row.getString(3))
                .allMatch(detail -> detail.matches("is beyond the 7 images taken of class [012]"));
        encode(images, "again", recipe(Duplicates.KEEP, 7, 0));
        assertThat(Corpus.records(folder.resolve("again"))).isEqualTo(records);
    }

    @Test
    void damagedRowsOfATableAreRejectedAndTheOthersCompared() throws IOException {
        ImageCollection images = twoFilesThatShareTenImages();
        Path file = folder.resolve("table/b.parquet");
        byte[] bytes = Files.readAllBytes(file);
        bytes[500] ^= 1;
        Files.write(file, bytes);
        Totals totals = encode(images, "latents", recipe(Duplicates.DROP, 0, 0.5));
        Map<String, Long> reasons = Corpus.rejects(SPARK.session(), folder.resolve("latents")).stream()
                .collect(Collectors.groupingBy(row -> row.getString(2), Collectors.counting()));
        assertThat(reasons).isEqualTo(Map.of("UNREADABLE", 30L)); // the file is one row group
        assertThat(totals.records()).isEqualTo(40);
    }

    @Test
    void filesOfOneContentAreDuplicatesButEmptyOnesAreNot() throws IOException {
        Path images = folder.resolve("images");
        for (String name : List.of("ash/b.png", "ash/a.png", "oak/0.png")) {
            write(images.resolve(name), Corpus.png(1));
        }
        write(images.resolve("oak/1.png"), Corpus.png(2));
        write(images.resolve("oak/empty.png"), new byte[0]);
        write(images.resolve("oak/vacant.png"), new byte[0]);
        Totals totals = encode(
                ClassFolders.at(images.toString(), ImageSettings.LABELLED), "latents", recipe(Duplicates.DROP, 0, 0.5));
        assertThat(totals).isEqualTo(new Totals(6, 2, 4, totals.bytes(), 0, 1));
        assertThat(Corpus.rejects(SPARK.session(), folder.resolve("latents")))
                .extracting(row -> row.getString(0) + " " + row.getString(2) + " " + row.getString(3))
                .containsExactly(
                        "ash/b.png DUPLICATE has the same bytes as ash/a.png",
                        "oak/0.png DUPLICATE has the same bytes as ash/a.png",
                        "oak/empty.png EMPTY is empty",
                        "oak/vacant.png EMPTY is empty");
    }

    @Test
    void whatIsLeftOutIsNoShareOfTheRejects() throws IOException {
        Path images = folder.resolve("images");
        for (int index = 0; index < 9; index++) {
            write(images.resolve("ash/" + index + ".png"), Corpus.png(0));
        }
        write(images.resolve("oak/empty.png"), new byte[0]);
        assertThatThrownBy(() -> encode(
                        ClassFolders.at(images.toString(), ImageSettings.LABELLED),
                        "latents",
                        recipe(Duplicates.DROP, 0, 0.4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "1 of 2 images in file:%s cannot be used (1 EMPTY), a share of 0.5000".formatted(images));
    }

    @Test
    void anotherSelectionIsRefused() throws IOException {
        ImageCollection images = twoFilesThatShareTenImages();
        encode(images, "latents", recipe(Duplicates.KEEP, 0, 0));
        assertThatThrownBy(() -> encode(images, "latents", recipe(Duplicates.DROP, 9, 0)))
                .hasMessageContaining("encode.duplicates was KEEP, is DROP; encode.max-per-class was 0, is 9");
    }

    @Test
    void replacedTableIsNoticed() throws IOException {
        ImageCollection images = twoFilesThatShareTenImages();
        encode(images, "latents", recipe(Duplicates.KEEP, 0, 0));
        Files.setLastModifiedTime(folder.resolve("table/a.parquet"), FileTime.fromMillis(1_000_000_000_000L));
        assertThatThrownBy(() -> encode(images, "latents", recipe(Duplicates.KEEP, 0, 0)))
                .hasMessageContaining("list of images was ");
    }

    private ImageCollection twoFilesThatShareTenImages() throws IOException {
        Path table = folder.resolve("table");
        Corpus.writeTable(SPARK.session(), table, "b.parquet", 30, row -> row + 30);
        Corpus.writeTable(SPARK.session(), table, "a.parquet", 40, row -> row);
        return ParquetImages.at(table.toString(), ImageSettings.LABELLED);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private Totals encode(ImageCollection images, String latents, EncodeRecipe recipe) {
        int classes = images instanceof ParquetImages ? 3 : 2;
        return new Encoding(
                        SPARK.session(),
                        new PoolingEncoders("a1b2", Corpus.SIDE, 1),
                        recipe,
                        Corpus.data(Corpus.SIDE, classes),
                        folder.resolve(latents).toString(),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run(images);
    }

    private static EncodeRecipe recipe(Duplicates duplicates, int maxPerClass, double maxRejectShare) {
        return new EncodeRecipe(
                ImageLayout.PARQUET,
                "",
                "",
                NumberType.FLOAT32,
                BlockCodec.SNAPPY,
                1,
                4,
                100,
                maxRejectShare,
                duplicates,
                maxPerClass);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
