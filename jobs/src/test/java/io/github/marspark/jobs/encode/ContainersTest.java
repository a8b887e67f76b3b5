package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.encode.ShardReports.Totals;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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
        Totals totals = encode(new ContainerFiles(images.toString(), "tar", TarMembers::list, TarMembers::isContainer));
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
        Totals totals = encode(ParquetImages.at(folder.resolve("table").toString()));
        assertThat(totals).isEqualTo(new Totals(51, 50, 1, totals.bytes(), 0, totals.shards()));
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
        encode(ParquetImages.at(folder.resolve("table").toString()));
        assertThat(records()).extracting(LatentRecord::getLabelName).containsExactly("oak", "ash", null, "fir");
        assertThat(records()).extracting(LatentRecord::getLabel).containsExactly(2, 0, -1, 1);
        assertThat(Files.readString(folder.resolve("latents/labels.json"))).contains("\"ash\" : 0");
    }

    @Test
    void tableWithoutImagesIsRefused() {
        SPARK.session().range(3).write().parquet(folder.resolve("table").toString());
        assertThatThrownBy(() -> encode(ParquetImages.at(folder.resolve("table").toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "file:%s/table has the columns struct<id:bigint>, but needs one named image, of bytes or of a struct with bytes; rename the column that holds the images"
                                .formatted(folder));
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
        encode(new ContainerFiles(images.toString(), "idx", IdxMembers::list, IdxMembers::isContainer));
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

    private Totals encode(ImageCollection images) {
        EncodeRecipe recipe = new EncodeRecipe(
                ImageLayout.FOLDERS, NumberType.FLOAT32, BlockCodec.SNAPPY, 1, 4, 100, 1, Duplicates.KEEP, 0);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new Encoding(
                        SPARK.session(),
                        new PoolingEncoders("a1b2", SIDE, 1),
                        recipe,
                        SIDE,
                        3,
                        folder.resolve("latents").toString(),
                        nowhere)
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
