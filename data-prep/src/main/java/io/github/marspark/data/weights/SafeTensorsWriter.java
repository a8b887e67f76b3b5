package io.github.marspark.data.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.data.files.Published;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Writes one safetensors file: float32, names in the given order, metadata sorted, data aligned to 8 bytes. */
final class SafeTensorsWriter {

    private static final int ALIGNMENT = 8;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final NamedTensors tensors;
    private final Map<String, String> metadata;

    SafeTensorsWriter(NamedTensors tensors, Map<String, String> metadata) {
        if (tensors.names().contains(SafeTensorsHeader.METADATA_KEY)) {
            throw new IllegalArgumentException(
                    "a tensor is named " + SafeTensorsHeader.METADATA_KEY + ", which safetensors reserves; rename it");
        }
        this.tensors = tensors;
        this.metadata = metadata;
    }

    void write(Path file) {
        try {
            Published.file(file, this::write);
        } catch (UncheckedIOException e) {
            throw e instanceof WeightFileException known
                    ? known
                    : WeightFileException.writing(file, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw WeightFileException.writing(file, e);
        }
    }

    void write(WritableByteChannel channel) throws IOException {
        writeHeader(channel, header());
        ByteBuffer buffer = ByteBuffer.allocateDirect(NamedTensors.CHUNK_ELEMENTS * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        LongAdder written = new LongAdder();
        for (String name : tensors.names()) {
            tensors.read(name, chunk -> {
                writeChunk(channel, buffer, chunk);
                written.add(buffer.limit());
            });
        }
        requireWhole(written.sum());
    }

    private void requireWhole(long written) {
        long promised = tensors.names().stream().mapToLong(this::bytes).sum();
        if (written != promised) {
            throw new IllegalStateException(tensors.source() + " handed out " + written + " bytes, its shapes need "
                    + promised + "; nothing was written");
        }
    }

    private long bytes(String name) {
        return Math.multiplyExact(tensors.description(name).shape().elements(), (long) Float.BYTES);
    }

    private static void writeHeader(WritableByteChannel channel, byte[] header) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).flip();
        writeAll(channel, bytes);
    }

    private static void writeChunk(WritableByteChannel channel, ByteBuffer buffer, FloatBuffer chunk) {
        buffer.clear().limit(chunk.remaining() * Float.BYTES);
        buffer.asFloatBuffer().put(chunk);
        try {
            writeAll(channel, buffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private byte[] header() {
        try {
            byte[] json = JSON.writeValueAsBytes(headerFields());
            byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
            Arrays.fill(padded, json.length, padded.length, (byte) ' ');
            return padded;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "the names cannot be written as JSON (" + e.getOriginalMessage() + "); rename the tensors", e);
        }
    }

    private Map<String, Object> headerFields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            fields.put(SafeTensorsHeader.METADATA_KEY, new TreeMap<>(metadata));
        }
        long begin = 0;
        for (String name : tensors.names()) {
            long end = Math.addExact(begin, bytes(name));
            fields.put(name, entry(tensors.description(name).shape(), begin, end));
            begin = end;
        }
        return fields;
    }

    private static Map<String, Object> entry(Shape shape, long begin, long end) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("dtype", ElementType.F32.name());
        entry.put("shape", shape.dimensions());
        entry.put("data_offsets", List.of(begin, end));
        return entry;
    }
}
