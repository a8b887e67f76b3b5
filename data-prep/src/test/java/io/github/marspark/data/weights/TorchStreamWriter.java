package io.github.marspark.data.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes what {@code torch.save} wrote before PyTorch 1.6: five pickles, then the storages with their lengths in front. */
final class TorchStreamWriter {

    private final byte[] pickle;
    private final Map<String, float[]> storages = new LinkedHashMap<>();

    TorchStreamWriter(byte[] pickle) {
        this.pickle = pickle;
    }

    TorchStreamWriter floats(String key, float... values) {
        storages.put(key, values);
        return this;
    }

    byte[] toByteArray() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new PickleWriter()
                .op(0x8a)
                .op(10)
                .raw(new byte[] {0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
                })
                .stop());
        bytes.writeBytes(new PickleWriter().integer(1001).stop());
        bytes.writeBytes(machine());
        bytes.writeBytes(pickle);
        bytes.writeBytes(keys());
        storages.values().forEach(values -> bytes.writeBytes(storage(values)));
        return bytes.toByteArray();
    }

    Path write(Path file) {
        try {
            return Files.write(file, toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes lie before the first storage. */
    int headBytes() {
        return toByteArray().length
                - storages.values().stream()
                        .mapToInt(values -> storage(values).length)
                        .sum();
    }

    private static byte[] machine() {
        return new PickleWriter()
                .emptyDict()
                .mark()
                .text("protocol_version")
                .integer(1001)
                .text("little_endian")
                .bool(true)
                .text("type_sizes")
                .emptyDict()
                .mark()
                .text("int")
                .integer(4)
                .setItems()
                .setItems()
                .stop();
    }

    private byte[] keys() {
        PickleWriter keys = new PickleWriter().op(']').memoize().mark();
        storages.keySet().forEach(keys::text);
        return keys.op('e').stop();
    }

    private static byte[] storage(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(values.length).asFloatBuffer().put(values);
        return bytes.array();
    }
}
