package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of more than 4 GB, all but a few bytes of them a hole that takes no room on the disk. */
class LargeWeightFilesTest {

    private static final long HOLE_ELEMENTS = 1_100_000_000L;
    private static final long HOLE_BYTES = HOLE_ELEMENTS * Float.BYTES;

    @TempDir
    Path folder;

    @Test
    void aSafetensorsFileMayBeLargerThanTheHeap() throws IOException {
        byte[] header = ("{\"hole\":{\"dtype\":\"F32\",\"shape\":[" + HOLE_ELEMENTS + "],\"data_offsets\":[0,"
                        + HOLE_BYTES + "]},\"tail\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + HOLE_BYTES
                        + "," + (HOLE_BYTES + 8) + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("large.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(littleEndian(8).putLong(0, header.length));
            channel.write(ByteBuffer.wrap(header));
            channel.write(littleEndian(8).putFloat(0, 1.5f).putFloat(4, -2f), Long.BYTES + header.length + HOLE_BYTES);
        }

        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.floats("tail")).containsExactly(1.5f, -2f);
            assertThat(tensors.description("hole").bytes()).isEqualTo(HOLE_BYTES);
        }
    }

    @Test
    void aCheckpointMayBeLargerThanFourGigabytes() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("end of hole")
                .tensor("FloatStorage", "0", HOLE_ELEMENTS, HOLE_ELEMENTS - 3, new long[] {3}, new long[] {1})
                .text("tail")
                .tensor("1", 2)
                .setItems()
                .stop();
        Path file = TorchFileWriter.of(pickle)
                .hole("0", HOLE_BYTES)
                .floats("1", 1.5f, -2f)
                .write(folder.resolve("large.pt"));

        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.floats("tail")).containsExactly(1.5f, -2f);
            assertThat(tensors.floats("end of hole")).containsExactly(0, 0, 0);
        }
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
