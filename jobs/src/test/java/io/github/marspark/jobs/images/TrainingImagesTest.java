package io.github.marspark.jobs.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.model.autoencoder.ImageSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Image n is {@code n.png}, all of whose pixels have the level 10 n. */
class TrainingImagesTest {
    private static final int SIDE = 4;
    private static final ImageSettings UNLABELLED = new ImageSettings("", "", false);

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private Path folder;

    @BeforeEach
    void makeFolder(@TempDir Path parent) throws IOException {
        folder = Files.createDirectories(parent.resolve("images"));
    }

    @Test
    void aBadFileIsReplacedByOneOfItsOwnSide() throws IOException {
        images(10, 1, 4, 6, 9);
        TrainingImages files = listed();
        TrainingImages.Split split = files.split(IntStream.range(0, 10).toArray(), 3);
        assertThat(split.isApart()).isTrue();
        assertThat(read(files.source(split.heldOut()))).containsExactly(0, 2, 3);
        assertThat(split.training()).containsExactly(5, 6, 7, 8, 9);
        assertThat(read(files.source(split.training()))).containsExactly(5, 7, 7, 8, 5);
    }

    @Test
    void whereTooFewAreUsableAllAreTrainedOn() throws IOException {
        images(3, 0, 2);
        TrainingImages files = listed();
        TrainingImages.Split split = files.split(new int[] {2, 1, 0}, 2);
        assertThat(split.isApart()).isFalse();
        assertThat(read(files.source(split.training()))).containsExactly(1);
    }

    @Test
    void whereNoneIsUsableTheFolderIsNamed() throws IOException {
        images(2, 0, 1);
        TrainingImages files = listed();
        assertThatThrownBy(() -> files.split(new int[] {1, 0}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "none of the 2 images in file:%s can be read, looked at with encode.source = folders; the warnings above say why"
                                .formatted(folder));
    }

    @Test
    void imagesOfAnySourceAreThoseOfTheFolderInItsOrder() throws IOException {
        images(6);
        int[] order = {4, 2, 0, 5, 1, 3};
        TrainingImages ofFolder = listed();
        TrainingImages.Split split = ofFolder.split(order, 2);
        for (ImageCollection other : List.of(tar(), parquet(), idx())) {
            TrainingImages images = listed(other, 100);
            TrainingImages.Split same = images.split(order, 2);
            assertThat(same.heldOut()).isEqualTo(split.heldOut());
            assertThat(read(images.source(same.heldOut()))).as(other.kind()).containsExactly(4, 2);
            assertThat(read(images.source(same.training()))).as(other.kind()).containsExactly(0, 5, 1, 3);
        }
    }

    @Test
    void imageThatIsLargerThanAllowedIsLeftOut() throws IOException {
        images(3);
        PngFile.write(RgbImage.ofGrey(20, 20, new byte[400]), folder.resolve("1.png"));
        TrainingImages images = listed(ClassFolders.at(folder.toString(), UNLABELLED), 100);
        assertThat(read(images.source(new int[] {0, 1, 2}))).containsExactly(0, 2, 2);
    }

    private ImageCollection tar() throws IOException {
        TarFile tar = new TarFile();
        for (int n : new int[] {3, 1, 5, 0, 2, 4}) {
            tar.add(n + ".png", Files.readAllBytes(folder.resolve(n + ".png")));
        }
        Path file = folder.resolveSibling(folder.getFileName() + ".tar");
        tar.write(file);
        return ContainerFiles.tar(file.toString(), UNLABELLED);
    }

    private ImageCollection parquet() {
        Path table = folder.resolveSibling(folder.getFileName() + "-table");
        ParquetTestFile.write(table.resolve("a.parquet"), "required binary image;", 4, this::put);
        ParquetTestFile.write(table.resolve("b.parquet"), "required binary image;", 2, (row, n) -> put(row, n + 4));
        return ParquetImages.at(table.toString(), UNLABELLED);
    }

    private void put(Group row, int n) {
        try {
            row.append("image", Binary.fromConstantByteArray(Files.readAllBytes(folder.resolve(n + ".png"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ImageCollection idx() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + 6 * SIDE * SIDE);
        IntStream.of(0x803, 6, SIDE, SIDE).forEach(bytes::putInt);
        for (int n = 0; n < 6; n++) {
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                bytes.put((byte) (10 * n));
            }
        }
        Path file = folder.resolveSibling(folder.getFileName() + "-images-idx3-ubyte");
        return ContainerFiles.idx(Files.write(file, bytes.array()).toString(), UNLABELLED);
    }

    private TrainingImages listed() {
        return listed(ClassFolders.at(folder.toString(), UNLABELLED), 100);
    }

    private static TrainingImages listed(ImageCollection collection, long maxPixels) {
        return new TrainingImages(
                collection, ListedImages.of(SPARK.session(), collection).images(), SIDE, maxPixels);
    }

    private void images(int count, int... bad) throws IOException {
        for (int n = 0; n < count; n++) {
            Path file = folder.resolve(n + ".png");
            byte[] levels = new byte[SIDE * SIDE];
            Arrays.fill(levels, (byte) (10 * n));
            PngFile.write(RgbImage.ofGrey(SIDE, SIDE, levels), file);
        }
        for (int n : bad) {
            Files.writeString(folder.resolve(n + ".png"), "this is no image");
        }
    }

    /** The images of a source by their numbers. */
    private static int[] read(ImageSource source) {
        float[] values = new float[RgbImage.CHANNELS * SIDE * SIDE];
        return IntStream.range(0, source.count())
                .map(index -> {
                    source.read(index, values, 0);
                    return Math.round((values[0] + 1) * 127.5f) / 10;
                })
                .toArray();
    }
}
