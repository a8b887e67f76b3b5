package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchStreamTest {

    @TempDir
    Path folder;

    private static TorchStreamWriter twoTensors() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("a")
                .tensor("94", 2)
                .text("b")
                .tensor("FloatStorage", "95", 3, 1, new long[] {2}, new long[] {1})
                .setItems()
                .stop();
        return new TorchStreamWriter(pickle).floats("94", 1, 2).floats("95", 3, 4, 5);
    }

    @Test
    void theFormatBeforeVersion16IsRead() {
        Path file = twoTensors().write(folder.resolve("old.pth"));

        assertThat(WeightFormat.of(file)).isEqualTo(WeightFormat.PYTORCH_STREAM);
        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.names()).containsExactly("a", "b");
            assertThat(tensors.floats("a")).containsExactly(1, 2);
            assertThat(tensors.floats("b")).containsExactly(4, 5);
            assertThat(tensors.remarks())
                    .containsExactly("it is of PyTorch's format before 1.6, without checksums, so that altered bytes"
                            + " cannot be noticed");
        }
    }

    @Test
    void countsThatDoNotAgreeAreRefused() throws IOException {
        byte[] good = twoTensors().toByteArray();
        int first = twoTensors().headBytes();

        byte[] count = good.clone();
        count[first] = 3;
        refused(count, "storage 94 has 3 elements, its tensors need 2; the file is damaged, copy it again");
        refused(
                Arrays.copyOf(good, good.length - 1),
                "ends inside storage 95 (11 of 12 bytes are there); it was cut short, copy it again");
        refused(
                Arrays.copyOf(good, first),
                "ends inside storage 94 (0 of 8 bytes are there); it was cut short, copy it again");
        refused(
                Arrays.copyOf(good, good.length + 3),
                "3 bytes at its end belong to no tensor; the file is damaged, copy it again");
        refused(
                new TorchStreamWriter(new PickleWriter()
                                .emptyDict()
                                .text("a")
                                .tensor("94", 2)
                                .op('s')
                                .stop())
                        .toByteArray(),
                "tensor a lies in storage 94, which is not in the file; the file is damaged, copy it again");
        refused(
                twoTensors().floats("96", 1).toByteArray(),
                "storage 96 belongs to no tensor or lies in it twice; the file is damaged, copy it again");
    }

    @Test
    void aStorageOfImpossibleSizeIsNotAllocated() throws IOException {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .text("a")
                .tensor("FloatStorage", "0", 1L << 40, 0, new long[] {1}, new long[] {1})
                .op('s')
                .stop();

        refused(
                new TorchStreamWriter(pickle).floats("0", 1).toByteArray(),
                "ends inside storage 0 (4 of 4398046511104 bytes are there); it was cut short, copy it again");
    }

    private void refused(byte[] content, String problem) throws IOException {
        Path file = Files.write(folder.resolve("old.pth"), content);
        assertThatThrownBy(() -> WeightFile.open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(file + ": " + problem);
    }
}
