package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ContainerFiles;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.images.ParquetImages;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ContainersTest {
    private static final int SIDE = 32;

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private double maxRejectShare = 1;

    @TempDir
    Path folder;

    @Test
    void tarFilesInTheLayoutOfWebDatasetAreEncoded() throws IOException {
        Path images = Files.createDirectories(folder.resolve("tars"));
        try (TarArchiveOutputStream tar = tar(images.resolve("train-000.tar"))) {
            for (int index = 0; index < 30; index++) {
                add(tar, "a/%04d.png".formatted(index), image(index));
                add(
                        tar,
                        "a/%04d.cls".formatted(index),
                        Integer.toString(index % 3).getBytes(StandardCharsets.UTF_8));
            }
        }
        try (TarArchiveOutputStream tar = tar(images.resolve("train-001.tar"))) {
            add(tar, "x.json", "{\"label\": 2, \"by\": \"me\"}".getBytes(StandardCharsets.UTF_8));
            add(tar, "x.png", image(7));
            add(tar, "y.seg.png", "no image".getBytes(StandardCharsets.UTF_8));
            add(tar, "y.txt", "a caption".getBytes(StandardCharsets.UTF_8));
        }
        Path broken = images.resolve("train-002.tar");
        try (TarArchiveOutputStream tar = tar(broken)) {
            add(tar, "z.png", image(8));
            add(tar, "zz.png", image(9));
        }
        Files.write(broken, Arrays.copyOf(Files.readAllBytes(broken), 1600));
        Totals totals = encode(ContainerFiles.tar(images.toString(), ImageSettings.LABELLED));
        List<LatentRecord> records = records();
        assertThat(totals.images()).isEqualTo(totals.records() + totals.rejects());
        assertThat(records).extracting(LatentRecord::getId).contains("train-000.tar#a/0000.png", "train-001.tar#x.png");
        assertThat(records.subList(0, 31))
                .extracting(LatentRecord::getLabel)
                .isEqualTo(Stream.concat(IntStream.range(0, 30).map(i -> i % 3).boxed(), Stream.of(2))
                        .toList());
        assertThat(records.get(30).getWidth()).isEqualTo(40);
        assertThat(rejects()).contains("train-001.tar#y.seg.png").anyMatch(id -> id.startsWith("train-002.tar"));
    }

    @Test
    void membersOfFormatsThatAreNotDecodedAreRejectsThatSayWhichTheyAre() throws Exception {
        URI collection = Objects.requireNonNull(ContainersTest.class.getResource("/collections/tar/ppm"))
                .toURI();
        Totals totals = encode(ContainerFiles.tar(Path.of(collection).toString(), ImageSettings.LABELLED));
        assertThat(totals.images()).isEqualTo(5);
        assertThat(records())
                .extracting(LatentRecord::getId)
                .containsExactly("shard-000000.tar#0001.png", "shard-000000.tar#0002.img");
        String advice = ", which cannot be decoded here; convert it to JPEG, PNG or WebP";
        assertThat(reasons())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "shard-000000.tar#0000.ppm",
                        "UNSUPPORTED is a file of the format PBM, PGM or PPM" + advice,
                        "shard-000000.tar#0004.jp2",
                        "UNSUPPORTED is a file of the format JPEG 2000" + advice,
                        "shard-000000.tar#0005.avif",
                        "UNSUPPORTED is a file of the format AVIF" + advice));
    }

    @Test
    void tableWithStructsOfBytesAndPathsIsEncoded() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (int index = 0; index < 50; index++) {
            rows.add(RowFactory.create(RowFactory.create(image(index), index + ".png"), (long) (index % 3)));
        }
        rows.add(RowFactory.create(null, 1L));
        StructType schema = StructType.fromDDL("image STRUCT<bytes: BINARY, path: STRING>, label BIGINT");
        SPARK.session()
                .createDataFrame(rows, schema)
                .repartition(3)
                .write()
                .option("parquet.block.size", 4096)
                .option("parquet.block.size.row.check.min", 4)
                .option("parquet.block.size.row.check.max", 4)
                .parquet(folder.resolve("table").toString());
        Totals totals = encode(ParquetImages.at(folder.resolve("table").toString(), ImageSettings.LABELLED));
        assertThat(totals).isEqualTo(new Totals(51, 50, 1, totals.bytes(), 0, totals.files()));
        assertThat(records())
                .allSatisfy(record -> assertThat(record.getLabel()).isEqualTo((record.getWidth() - 33) % 3));
        assertThat(records())
                .extracting(LatentRecord::getWidth)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 50).mapToObj(index -> index + 33).toList());
    }

    @Test
    void flatTableWithNamesForLabelsIsEncoded() throws IOException {
        List<Row> rows = List.of(
                RowFactory.create(image(0), "oak"),
                RowFactory.create(image(1), "ash"),
                RowFactory.create(image(2), null),
                RowFactory.create(image(3), "fir"));
        SPARK.session()
                .createDataFrame(rows, StructType.fromDDL("image BINARY, label STRING"))
                .coalesce(1)
                .write()
                .parquet(folder.resolve("table").toString());
        encode(ParquetImages.at(folder.resolve("table").toString(), ImageSettings.LABELLED));
        assertThat(records()).extracting(LatentRecord::getLabelName).containsExactly("oak", "ash", null, "fir");
        assertThat(records()).extracting(LatentRecord::getLabel).containsExactly(2, 0, -1, 1);
        assertThat(Files.readString(folder.resolve("latents/labels.json"))).contains("\"ash\" : 0");
    }

    @Test
    void tableWithoutImagesIsRefused() {
        SPARK.session().range(3).write().parquet(folder.resolve("table").toString());
        assertThatThrownBy(() -> encode(ParquetImages.at(folder.resolve("table").toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("file:%s/table/part-".formatted(folder))
                .hasMessageEndingWith(
                        ".parquet has the columns id (int64), and none of them is sure to hold the images, as bytes or as a struct with bytes; name it with encode.image-column=…");
    }

    @Test
    void idxFilesAreEncoded() throws IOException {
        Path images = Files.createDirectories(folder.resolve("idx"));
        try (DataOutputStream out = zipped(images.resolve("t10k-images-idx3-ubyte.gz"))) {
            for (int head : new int[] {0x803, 40, 28, 28}) {
                out.writeInt(head);
            }
            for (int index = 0; index < 40; index++) {
                byte[] levels = new byte[28 * 28];
                Arrays.fill(levels, (byte) (index * 6));
                out.write(levels);
            }
        }
        try (DataOutputStream out = zipped(images.resolve("t10k-labels-idx1-ubyte.gz"))) {
            out.writeInt(0x801);
            out.writeInt(40);
            for (int index = 0; index < 40; index++) {
                out.writeByte(index % 3);
            }
        }
        encode(ContainerFiles.idx(images.toString(), ImageSettings.LABELLED));
        List<LatentRecord> records = records();
        assertThat(records).hasSize(40);
        assertThat(records.get(38).getId()).isEqualTo("t10k-images-idx3-ubyte.gz#00000038");
        assertThat(records.get(38).getLabel()).isEqualTo(2);
        assertThat(records.get(38).getWidth()).isEqualTo(28);
        assertThat(records.get(38)
                        .getMoments()
                        .duplicate()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getFloat())
                .isEqualTo((38 * 6 / 255f - 0.5f) / 0.5f);
    }

    @Test
    void tarThatCannotBeReadCountsAgainstTheLimitAsOneOfAllTars() throws IOException {
        Path images = Files.createDirectories(folder.resolve("tars"));
        for (int shard = 0; shard < 3; shard++) {
            try (TarArchiveOutputStream tar = tar(images.resolve(shard + ".tar"))) {
                for (int index = 0; index < 30; index++) {
                    add(tar, index + ".png", image(index));
                    add(tar, index + ".cls", Integer.toString(index % 3).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        byte[] whole = Files.readAllBytes(images.resolve("2.tar"));
        Files.write(images.resolve("2.tar"), Arrays.copyOf(whole, 40_000));
        maxRejectShare = 0.2;
        assertThatThrownBy(() -> encode(ContainerFiles.tar(images.toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "file:%s: 1 of 3 files cannot be read to their end; what is in ".formatted(images))
                .hasMessageContaining(
                        "bytes of them is not known, a share of 0.3333, more than encode.max-reject-share = 0.2 allows; the first: file:%s/2.tar is cut"
                                .formatted(images));
        maxRejectShare = 0.4;
        Totals totals = encode(ContainerFiles.tar(images.toString(), ImageSettings.LABELLED));
        assertThat(totals.images())
                .isEqualTo(totals.records() + totals.rejects())
                .isBetween(75L, 85L);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("1 of 3 files cannot be read to their end");
    }

    @Test
    void idxFilesThatContradictTheirHeadersAreRejectedWhole() throws IOException {
        Path images = Files.createDirectories(folder.resolve("idx"));
        Files.write(images.resolve("good-images-idx3-ubyte"), idx(0x803, 9, 9, 28, 28));
        Files.write(images.resolve("good-labels-idx1-ubyte"), idx(0x801, 9, 9));
        Files.write(images.resolve("cut-images-idx3-ubyte"), idx(0x803, 7, 9, 28, 28));
        Files.write(images.resolve("long-images-idx3-ubyte"), idx(0x803, 11, 9, 28, 28));
        Files.write(images.resolve("huge-images-idx3-ubyte"), idx(0x803, 1, 1 << 20, 1 << 10, 1 << 10));
        Files.write(images.resolve("other-images-idx3-ubyte"), idx(0x803, 9, 9, 28, 28));
        Files.write(images.resolve("other-labels-idx1-ubyte"), idx(0x801, 8, 8));
        Totals totals = encode(ContainerFiles.idx(images.toString(), ImageSettings.LABELLED));
        assertThat(totals.images()).isEqualTo(13);
        assertThat(records()).extracting(LatentRecord::getLabel).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
        assertThat(Corpus.rejects(SPARK.session(), folder.resolve("latents")))
                .extracting(row -> row.getString(0) + " " + row.getString(3))
                .containsExactly(
                        "cut-images-idx3-ubyte cannot be read: file:%s/cut-images-idx3-ubyte breaks off after 7 of its 9 images; fetch it again"
                                .formatted(images),
                        "huge-images-idx3-ubyte cannot be read: its header promises 1048576 images of 1024 × 1024 pixels, but it has 1048592 bytes",
                        "long-images-idx3-ubyte cannot be read: file:%s/long-images-idx3-ubyte cannot be read after 9 images: it goes on after its 9 images"
                                .formatted(images),
                        "other-images-idx3-ubyte cannot be read: it has 9 images, but file:%s/other-labels-idx1-ubyte has 8 labels"
                                .formatted(images));
    }

    /** A file with a header, and some images or the labels 0, 1, 2, 0, 1, 2, … */
    private static byte[] idx(int magic, int items, int... sizes) {
        int bytes = Arrays.stream(sizes).skip(1).reduce(1, (one, other) -> one * other);
        ByteBuffer idx =
                ByteBuffer.allocate(4 + 4 * sizes.length + items * bytes).putInt(magic);
        Arrays.stream(sizes).forEach(idx::putInt);
        for (int item = 0; sizes.length == 1 && item < items; item++) {
            idx.put((byte) (item % 3));
        }
        return idx.array();
    }

    @Test
    void labelsOfTooFewClassesAreRefusedBeforeAnythingIsEncoded() throws IOException {
        Path images = Files.createDirectories(folder.resolve("tars"));
        try (TarArchiveOutputStream tar = tar(images.resolve("0.tar"))) {
            for (int index = 0; index < 30; index++) {
                add(tar, index + ".png", image(index));
                add(tar, index + ".cls", "0".getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThatThrownBy(() -> encode(ContainerFiles.tar(images.toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "file:%s has images of 1 of the 3 classes of data.classes only (labels 0); set images to the place that holds all classes, or data.classes=1, or data.labels=partial if the other classes are to have no images"
                                .formatted(images));
        assertThat(folder.resolve("latents")).doesNotExist();
    }

    @Test
    void collectionOfWhichNothingCanBeUsedIsRefusedWithAnExample() throws IOException {
        Path images = Files.createDirectories(folder.resolve("tars"));
        try (TarArchiveOutputStream tar = tar(images.resolve("0.tar"))) {
            for (int index = 0; index < 3; index++) {
                add(tar, index + ".png", image(index));
                add(tar, index + ".cls", "0.5".getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThatThrownBy(() -> encode(ContainerFiles.tar(images.toString(), ImageSettings.LABELLED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "file:%s: none of its 3 images can be used; the first: file:%1$s/0.tar has no label: 0.cls says \"0.5\", which is no number of a class"
                                .formatted(images));
        assertThat(folder.resolve("latents")).doesNotExist();
    }

    private Totals encode(ImageCollection images) {
        EncodeRecipe recipe = new EncodeRecipe(
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
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new Encoding(
                        SPARK.session(),
                        new PoolingEncoders("a1b2", SIDE, 1),
                        recipe,
                        Corpus.data(SIDE, 3),
                        folder.resolve("latents").toString(),
                        out)
                .run(images);
    }

    private List<LatentRecord> records() throws IOException {
        List<LatentRecord> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("latents"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".avro"))
                    .sorted()
                    .toList()) {
                try (LatentReader reader = LatentReader.open(file)) {
                    reader.forEach(records::add);
                }
            }
        }
        assertThat(records).isSortedAccordingTo(Comparator.comparing(LatentRecord::getId));
        return records;
    }

    private List<String> rejects() {
        return SPARK
                .session()
                .read()
                .parquet(folder.resolve("latents/rejects.parquet").toString())
                .collectAsList()
                .stream()
                .map(row -> row.<String>getAs("id"))
                .toList();
    }

    private Map<String, String> reasons() {
        return SPARK
                .session()
                .read()
                .parquet(folder.resolve("latents/rejects.parquet").toString())
                .collectAsList()
                .stream()
                .collect(Collectors.toMap(
                        row -> row.<String>getAs("id"),
                        row -> row.<String>getAs("reason") + " " + row.<String>getAs("detail")));
    }

    /** An image that is told by its width. */
    private static byte[] image(int index) throws IOException {
        BufferedImage image = new BufferedImage(SIDE + 1 + index, SIDE, BufferedImage.TYPE_INT_RGB);
        image.setRGB(index, 3, 0xabcdef);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static TarArchiveOutputStream tar(Path file) throws IOException {
        return new TarArchiveOutputStream(Files.newOutputStream(file));
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static DataOutputStream zipped(Path file) throws IOException {
        return new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)));
    }
}
