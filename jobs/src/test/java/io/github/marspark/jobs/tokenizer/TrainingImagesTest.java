package io.github.marspark.jobs.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.images.ClassFolders;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.images.ListedImages;
import io.github.marspark.model.autoencoder.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Image n is {@code n.png}, all of whose pixels have the level 10 n. */
class TrainingImagesTest {
    private static final int SIDE = 4;
    private static final ImageSettings UNLABELLED = new ImageSettings("", "", false);

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @TempDir
    Path folder;

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
                        "none of the 2 images in file:%s can be read, looked at with encode.source; the warnings above say why"
                                .formatted(folder));
    }

    private TrainingImages listed() {
        ImageCollection collection = ClassFolders.at(folder.toString(), UNLABELLED);
        return new TrainingImages(
                collection, ListedImages.of(SPARK.session(), collection).images(), SIDE, 100);
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
