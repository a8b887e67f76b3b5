package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ClassFolders;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Mirror;
import java.awt.Color;
import java.awt.image.BufferedImage;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EncodingTest {
    private static final int SIDE = 32;

    /** Makes files of 20 images: a megabyte holds so many of 2 x 6144 numbers of 4 bytes. */
    private static final EncodeRecipe RECIPE = recipe(0.5);

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private int classes = 2;
    private LabelUse labels = LabelUse.REQUIRED;
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @AfterEach
    void goOn() {
        PoolingEncoders.BATCHES_LEFT.set(Integer.MAX_VALUE);
    }

    @Test
    void everyImageOfTheClassFoldersBecomesARecord() throws IOException {
        Path images = twoClasses(5);
        Totals totals = encode(images, "latents");
        assertThat(totals).isEqualTo(new Totals(10, 10, 0, totals.bytes(), 0, 1));
        List<LatentRecord> records = records(folder.resolve("latents/part-00000.avro"));
        assertThat(records)
                .extracting(LatentRecord::getId)
                .containsExactly(
                        "ash/0.png",
                        "ash/1.png",
                        "ash/2.png",
                        "ash/3.png",
                        "ash/4.png",
                        "oak/0.png",
                        "oak/1.png",
                        "oak/2.png",
                        "oak/3.png",
                        "oak/4.png");
        assertThat(records.get(7).getLabel()).isEqualTo(1);
        assertThat(records.get(7).getLabelName()).isEqualTo("oak");
        assertThat(records.get(7).getPath()).isEqualTo("file:" + images.resolve("oak/2.png"));
        assertThat(records.get(7).getWidth()).isEqualTo(48);
        assertThat(records.get(7).getHeight()).isEqualTo(40);
        assertThat(printed()).contains("10 images in = 10 latent records + 0 rejects\n");
        assertThat(Files.readString(folder.resolve("latents/labels.json")))
                .isEqualTo("{\n  \"ash\" : 0,\n  \"oak\" : 1\n}\n");
    }

    @Test
    void momentsAreThoseOfTheImageAndOfItsMirrorImage() throws IOException {
        classes = 1;
        Path image = Files.createDirectories(folder.resolve("images/half")).resolve("half.png");
        BufferedImage half = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        half.createGraphics().fillRect(0, 0, SIDE / 2, SIDE);
        ImageIO.write(half, "png", image.toFile());
        encode(folder.resolve("images"), "latents");
        LatentRecord record = records(folder.resolve("latents/part-00000.avro")).get(0);
        float[] moments = LatentNumbers.unpack(record.getMoments(), record.getNumberType());
        float[] mirror = LatentNumbers.unpack(record.getMomentsMirror(), record.getNumberType());
        assertThat(Arrays.copyOfRange(moments, 14, 18)).containsExactly(new float[] {1, 1, -1, -1}, within(1e-6f));
        assertThat(Arrays.copyOfRange(mirror, 14, 18)).containsExactly(new float[] {-1, -1, 1, 1}, within(1e-6f));
    }

    @Test
    void interruptedRunGoesOnAndEndsWithTheSameBytes() throws IOException {
        Path images = twoClasses(50);
        encode(images, "whole");
        assertThat(latentFiles("whole")).hasSize(5);
        PoolingEncoders.BATCHES_LEFT.set(25);
        assertThatThrownBy(() -> encode(images, "latents")).hasMessageContaining("the process was killed");
        Map<String, Long> before = modified(latentFiles("latents"));
        assertThat(before).hasSizeBetween(1, 4);
        PoolingEncoders.BATCHES_LEFT.set(Integer.MAX_VALUE);
        encode(images, "latents");
        assertThat(modified(latentFiles("latents"))).containsAllEntriesOf(before);
        assertThat(content("latents")).isEqualTo(content("whole"));
        assertThat(printed()).contains("of which " + before.size() + " are complete");
    }

    @Test
    void completeFolderIsLeftAsItIs() throws IOException {
        Path images = twoClasses(3);
        encode(images, "latents");
        Map<String, Long> before = modified(latentFiles("latents"));
        PoolingEncoders.BATCHES_LEFT.set(0);
        encode(images, "latents");
        assertThat(modified(latentFiles("latents"))).isEqualTo(before);
        assertThat(printed()).contains("1 files of latents, of which 1 are complete");
    }

    @Test
    void damagedLatentFileIsWrittenAgain() throws IOException {
        Path images = twoClasses(3);
        encode(images, "latents");
        Path damaged = folder.resolve("latents/part-00000.avro");
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, 100));
        encode(images, "latents");
        assertThat(damaged).hasBinaryContent(whole);
    }

    @Test
    void anotherTokenizerIsRefused() throws IOException {
        Path images = twoClasses(3);
        encode(images, "latents");
        assertThatThrownBy(() -> encoding("latents", "beef", RECIPE)
                        .run(ClassFolders.at(images.toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds latents that were encoded otherwise: tokenizer was a1b2, is beef; delete it or choose another folder by latents=",
                        folder.resolve("latents"));
    }

    @Test
    void anotherRecipeAndOtherImagesAreRefused() throws IOException {
        Path images = twoClasses(3);
        encode(images, "latents");
        Files.copy(images.resolve("ash/0.png"), images.resolve("ash/9.png"));
        EncodeRecipe other = new EncodeRecipe(
                ImageLayout.FOLDERS, "", "", NumberType.FLOAT16, BlockCodec.SNAPPY, 1, 4, 100, 0.5, Duplicates.KEEP, 0);
        assertThatThrownBy(() -> encoding("latents", "a1b2", other)
                        .run(ClassFolders.at(images.toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("number of images was 6, is 7; list of images was ")
                .hasMessageContaining("encode.number-type was FLOAT32, is FLOAT16");
    }

    @Test
    void folderWithOtherDataIsRefused() throws IOException {
        Path images = twoClasses(1);
        Files.writeString(Files.createDirectories(folder.resolve("latents")).resolve("diary.txt"), "dear diary");
        assertThatThrownBy(() -> encode(images, "latents"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds other data, diary.txt among it; choose an empty folder by latents=",
                        folder.resolve("latents"));
        assertThat(folder.resolve("latents")).isDirectoryContaining("glob:**diary.txt");
    }

    @Test
    void latentsAmongTheImagesAreRefused() throws IOException {
        Path images = twoClasses(1);
        assertThatThrownBy(() -> encode(images, "images/latents"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the latents file:%1$s/latents would lie among the images file:%1$s; choose another folder with latents=…"
                                .formatted(images));
    }

    @Test
    void missingAndEmptyFoldersAreRefused() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> ClassFolders.at(folder.resolve("none").toString(), ImageSettings.LABELLED))
                .hasMessage(folder.resolve("none") + " does not exist; set images to the folder of the images");
        assertThatThrownBy(() -> ClassFolders.at(empty.toString(), ImageSettings.LABELLED))
                .hasMessage(empty + " is empty; put image files into it, in one folder for each class");
        Files.createDirectories(empty.resolve("ash"));
        assertThatThrownBy(() -> encode(empty, "latents"))
                .hasMessage("file:%s has no images in it, looked at with encode.source = folders; put images there"
                        .formatted(empty));
        assertThat(folder.resolve("latents")).doesNotExist();
        Path own = Files.createDirectories(folder.resolve("own"));
        assertThatThrownBy(() -> encode(empty, "own")).hasMessageContaining("has no images in it");
        assertThat(own).isEmptyDirectory();
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> ClassFolders.at(file.toString(), ImageSettings.LABELLED))
                .hasMessage(file + " is a file; images names a folder with one folder of image files for each class");
    }

    @Test
    void folderWithoutAnyReadableImageIsRefused() throws IOException {
        classes = 1;
        Path image = Files.createDirectories(folder.resolve("images/ash")).resolve("note.png");
        Files.writeString(image, "no image at all");
        assertThatThrownBy(() -> encode(folder.resolve("images"), "latents"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "none of the 1 files in file:%s can be used as an image (1 NOT_AN_IMAGE): file:%s begins with"
                                        .formatted(folder.resolve("images"), image)
                                + " 6e 6f 20 69 6d 61 67 65 (no image), like no JPEG, PNG, GIF, BMP, TIFF or WebP file;"
                                + " set images to a folder of JPEG, PNG, WebP, GIF, BMP or TIFF files");
    }

    @Test
    void tooManyRejectsFailAtTheEndAndALargerShareTakesWhatIsThere() throws IOException {
        Path images = twoClasses(3);
        Files.write(images.resolve("oak/empty.jpg"), new byte[0]);
        assertThatThrownBy(() -> encoding("latents", "a1b2", recipe(0.1))
                        .run(ClassFolders.at(images.toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "1 of 7 images in file:%1$s cannot be used (1 EMPTY), a share of 0.1429, more than encode.max-reject-share = 0.1 allows; the first: file:%1$s/oak/empty.jpg is empty; file:%2$s/rejects.parquet lists them all, and the latents of the other images are complete: allow a larger share, or repair the images and encode into another folder"
                                .formatted(images, folder.resolve("latents")));
        PoolingEncoders.BATCHES_LEFT.set(0);
        assertThat(encode(images, "latents").rejects()).isEqualTo(1);
    }

    @Test
    void folderOfFilesWithoutClassesIsEncodedWithoutLabels() throws IOException {
        Path images = twoClasses(2).resolve("ash");
        assertThatThrownBy(() -> encode(images, "latents"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "file:%s: none of its 2 images has a label, but data.classes is 2: it has no folders in it, one for each class; to train without labels say data.labels=none"
                                .formatted(images));
        labels = LabelUse.NONE;
        encode(images, "latents");
        assertThat(records(folder.resolve("latents/part-00000.avro")))
                .allSatisfy(record -> assertThat(record.getLabel()).isEqualTo(-1))
                .allSatisfy(record -> assertThat(record.getLabelName()).isNull())
                .extracting(LatentRecord::getId)
                .containsExactly("0.png", "1.png");
        assertThat(Files.readString(folder.resolve("latents/labels.json"))).isEqualTo("{ }\n");
    }

    @Test
    void manifestHasARowForEachLatentFile() throws IOException {
        encode(twoClasses(30), "latents");
        List<Row> rows = SPARK.session()
                .read()
                .parquet(folder.resolve("latents/manifest.parquet").toString())
                .orderBy("file")
                .collectAsList();
        assertThat(rows).hasSize(3);
        assertThat(rows.stream().mapToLong(row -> row.<Long>getAs("records")).sum())
                .isEqualTo(60);
        assertThat(rows.get(1).<Long>getAs("bytes")).isEqualTo(Files.size(folder.resolve("latents/part-00001.avro")));
        assertThat(rows.get(0).<String>getAs("sha256")).matches("[0-9a-f]{64}");
        assertThat(rows.get(2).getList(6))
                .hasSize(1)
                .first()
                .hasToString("[1,%s]".formatted(rows.get(2).<Long>getAs("records")));
    }

    private Path twoClasses(int imagesOfEach) throws IOException {
        Path images = folder.resolve("images");
        for (String name : List.of("ash", "oak")) {
            Files.createDirectories(images.resolve(name));
            for (int index = 0; index < imagesOfEach; index++) {
                writeImage(images.resolve(name).resolve(index + ".png"), name.hashCode() + index);
            }
        }
        return images;
    }

    private static void writeImage(Path file, int seed) throws IOException {
        BufferedImage image = new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB);
        image.setRGB(seed % 31 & 31, 11, Color.ORANGE.getRGB() ^ seed);
        ImageIO.write(image, "png", file.toFile());
    }

    private Totals encode(Path images, String latents) {
        return encoding(latents, "a1b2", RECIPE).run(ClassFolders.at(images.toString(), ImageSettings.LABELLED));
    }

    private Encoding encoding(String latents, String tokenizer, EncodeRecipe recipe) {
        return new Encoding(
                SPARK.session(),
                new PoolingEncoders(tokenizer, SIDE, 1),
                recipe,
                new DataRecipe(SIDE, classes, labels, Mirror.NONE, 0),
                folder.resolve(latents).toString(),
                out);
    }

    private static EncodeRecipe recipe(double maxRejectShare) {
        return new EncodeRecipe(
                ImageLayout.FOLDERS,
                "",
                "",
                NumberType.FLOAT32,
                BlockCodec.SNAPPY,
                1,
                4,
                100,
                maxRejectShare,
                Duplicates.KEEP,
                0);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static List<LatentRecord> records(Path file) {
        List<LatentRecord> records = new ArrayList<>();
        try (LatentReader reader = LatentReader.open(file)) {
            reader.forEach(records::add);
        }
        return records;
    }

    private List<Path> latentFiles(String latents) throws IOException {
        return files(latents).stream()
                .filter(file -> file.toString().endsWith(".avro"))
                .toList();
    }

    private List<Path> files(String latents) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(latents))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Map<String, Long> modified(List<Path> files) throws IOException {
        Map<String, Long> times = new TreeMap<>();
        for (Path file : files) {
            times.put(file.toString(), Files.getLastModifiedTime(file).toMillis());
        }
        return times;
    }

    private Map<String, byte[]> contentBytes(String latents) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        for (Path file : files(latents)) {
            content.put(folder.resolve(latents).relativize(file).toString(), Files.readAllBytes(file));
        }
        return content;
    }

    private Map<String, Integer> content(String latents) throws IOException {
        Map<String, Integer> hashes = new TreeMap<>();
        contentBytes(latents).forEach((name, bytes) -> hashes.put(name, Arrays.hashCode(bytes)));
        return hashes;
    }
}
