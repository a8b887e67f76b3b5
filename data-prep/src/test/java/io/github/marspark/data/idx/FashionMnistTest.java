package io.github.marspark.data.idx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
    @Test
    void writesClassFoldersOnceAndNoticesWhatIsMissing(@TempDir Path parent) throws Exception {
        Path folder = parent.resolve("images");
        Files.createDirectories(parent.resolve(".images.tmp/left-over"));

        assertThat(FashionMnist.writeInto(folder)).isTrue();

        assertThat(names(parent)).containsExactly("images");
        assertThat(names(folder)).containsExactlyElementsOf(FashionMnist.CLASS_FOLDERS);
        assertThat(names(folder.resolve("9-ankle-boot"))).hasSize(1000).startsWith("00000.png");
        // The images are in the order of the file: the first is a boot, the second a pullover.
        assertThat(decoded(folder.resolve("2-pullover/00001.png"))).isEqualTo(secondImage());
        assertThat(FashionMnist.writeInto(folder)).isFalse();

        Files.delete(folder.resolve("2-pullover/00001.png"));
        assertThatThrownBy(() -> FashionMnist.writeInto(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(folder + " holds 9999 of the 10000 Fashion-MNIST images, 2-pullover/00001.png for one is"
                        + " missing; remove the folder and run this again");
    }

    @Test
    void leavesOtherDataAlone(@TempDir Path folder) throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "mine");

        assertThatThrownBy(() -> FashionMnist.writeInto(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(folder + " holds other data, such as notes.txt; name a new folder for the Fashion-MNIST"
                        + " images");
        assertThatThrownBy(() -> FashionMnist.writeInto(notes))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(notes + " is a file; name a folder for the Fashion-MNIST images");
        assertThat(notes).hasContent("mine");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static RgbImage decoded(Path file) throws Exception {
        return new ImageDecoder(ImageLimits.DEFAULT).decode(Files.readAllBytes(file));
    }

    private static RgbImage secondImage() {
        try (IdxImages images = IdxImages.of(
                FashionMnistTest.class.getResourceAsStream("/fashion-mnist/t10k-images-idx3-ubyte.gz"), "images")) {
            images.next();
            return RgbImage.ofGrey(images.columns(), images.rows(), images.next());
        }
    }
}
