package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ClassFolders;
import io.github.marspark.jobs.images.FileNames;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class BrokenImagesTest {
    private static final Path GOOD = Path.of("../data-prep/src/test/resources/images");

    /** good, cut, flipped, names, wrong, deep, folders, broken, links. */
    private static final int CLASSES = 9;

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @TempDir
    Path folder;

    @Test
    void everyFileOfABrokenCollectionIsARecordOrAReject() throws IOException {
        Path images = folder.resolve("images");
        Set<String> written = breakImages(images);
        assertThat(written).hasSizeGreaterThan(250);
        Totals totals = encoding().run(ClassFolders.at(images.toString(), ImageSettings.LABELLED));
        Map<String, String> rejects = rejects();
        Set<String> records = records();
        Set<String> accounted = new TreeSet<>(records);
        accounted.addAll(rejects.keySet());
        assertThat(accounted).isEqualTo(written);
        assertThat(records).hasSize((int) totals.records()).doesNotContainAnyElementsOf(rejects.keySet());
        assertThat(rejects).hasSize((int) totals.rejects());
        assertThat(totals.images()).isEqualTo(written.size());
        assertThat(records)
                .contains(
                        "names/line\nfeed.png",
                        "names/\"quoted' name\".png",
                        "names/Füße 長靴 👢.png",
                        "names/semi;colon:and%20percent.png",
                        "names/ends with blank ",
                        "wrong/png named.jpg",
                        "deep/in/here/rgb.png");
        assertThat(rejects)
                .containsEntry("folders/folder.png", "UNREADABLE is a folder")
                .containsEntry(
                        "links/nothing.png", "UNREADABLE cannot be looked at: a link to nothing, or no permission")
                .containsEntry("beside.png", "UNREADABLE lies beside the class folders, so it has no class")
                .containsEntry("broken/empty.jpg", "EMPTY is empty")
                .containsEntry(
                        "broken/bomb.png", "TOO_MANY_PIXELS has 50000 x 50000 pixels, more than the 1000000 allowed")
                .containsKey("broken/text.png");
    }

    private Encoding encoding() {
        EncodeRecipe recipe = new EncodeRecipe(
                ImageLayout.FOLDERS, "", "", NumberType.FLOAT16, BlockCodec.SNAPPY, 1, 8, 1, 1, Duplicates.KEEP, 0);
        return new Encoding(
                SPARK.session(),
                new PoolingEncoders("a1b2", 16, 1),
                recipe,
                Corpus.data(16, CLASSES),
                folder.resolve("latents").toString(),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    private Map<String, String> rejects() {
        Map<String, String> rejects = new TreeMap<>();
        List<Row> rows = SPARK.session()
                .read()
                .parquet(folder.resolve("latents/rejects.parquet").toString())
                .collectAsList();
        for (Row row : rows) {
            assertThat(row.<String>getAs("path")).isEqualTo("file:" + folder + "/images/" + row.getAs("id"));
            rejects.put(row.getAs("id"), row.getAs("reason") + " " + row.getAs("detail"));
        }
        return rejects;
    }

    private Set<String> records() throws IOException {
        Set<String> ids = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder.resolve("latents"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".avro")).toList()) {
                try (LatentReader reader = LatentReader.open(file)) {
                    reader.forEach(record -> ids.add(record.getId()));
                }
            }
        }
        return ids;
    }

    /** Writes a collection of good images and of others made from them, and returns their ids. */
    private Set<String> breakImages(Path images) throws IOException {
        Set<String> ids = new TreeSet<>();
        Random random = new Random(4);
        for (Path good : goodImages()) {
            byte[] bytes = Files.readAllBytes(good);
            String name = String.valueOf(good.getFileName());
            write(images, "good/" + name, bytes, ids);
            for (int share = 1; share < 4; share++) {
                write(images, "cut/" + share + "-" + name, Arrays.copyOf(bytes, bytes.length * share / 4), ids);
                write(images, "flipped/" + share + "-" + name, flipped(bytes, random, 1 << (2 * share)), ids);
            }
        }
        byte[] png = Files.readAllBytes(GOOD.resolve("rgb.png"));
        for (String id : List.of(
                "names/line\nfeed.png",
                "names/\"quoted' name\".png",
                "names/Füße 長靴 👢.png",
                "names/semi;colon:and%20percent.png",
                "names/ends with blank ",
                "names/-rf *.png",
                "names/#1?.png",
                "names/back\\slash.png",
                "names/_underscore.png",
                "wrong/png named.jpg",
                "wrong/png named.txt",
                "wrong/no ending",
                "deep/in/here/rgb.png",
                "beside.png",
                "folders/folder.png/inside.png")) {
            write(images, id, png, ids);
        }
        ids.add("folders/folder.png");
        write(images, "broken/empty.jpg", new byte[0], ids);
        write(images, "broken/text.png", "no image".getBytes(StandardCharsets.UTF_8), ids);
        write(images, "broken/bomb.png", bomb(png), ids);
        Files.createDirectories(images.resolve("links"));
        Files.createSymbolicLink(images.resolve("links/nothing.png"), Path.of("nowhere.png"));
        Files.createSymbolicLink(
                images.resolve("links/good.png"), GOOD.resolve("rgb.png").toAbsolutePath());
        ids.addAll(List.of("links/nothing.png", "links/good.png"));
        Files.writeString(images.resolve("README.md"), "About these images");
        Files.write(images.resolve("good/.hidden.png"), png);
        return ids;
    }

    private static List<Path> goodImages() throws IOException {
        try (Stream<Path> files = Files.list(GOOD)) {
            return files.filter(file -> FileNames.likeAnImage(file.toString()))
                    .sorted()
                    .toList();
        }
    }

    private static void write(Path images, String id, byte[] bytes, Set<String> ids) throws IOException {
        Path file = images.resolve(id);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        ids.add(id);
    }

    private static byte[] flipped(byte[] bytes, Random random, int bits) {
        byte[] flipped = bytes.clone();
        for (int count = 0; count < bits; count++) {
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    /** A PNG file whose header promises 50,000 x 50,000 pixels. */
    private static byte[] bomb(byte[] png) {
        ByteBuffer bomb = ByteBuffer.wrap(png.clone());
        bomb.putInt(16, 50_000).putInt(20, 50_000);
        CRC32 sum = new CRC32();
        sum.update(bomb.array(), 12, 17);
        return bomb.putInt(29, (int) sum.getValue()).array();
    }
}
