package io.github.marspark.data.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A safetensors file, open for reading; {@link #write} makes one.
 *
 * <p>The header is checked when opening: types and shapes, and that the tensors' data fill the file without overlap and
 * without a gap. Thread-safe.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafeTensors implements NamedTensors {

    private final Path file;
    private final FileChannel channel;
    private final SafeTensorsHeader header;

    private SafeTensors(Path file, FileChannel channel, SafeTensorsHeader header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
    }

    /**
     * Opens a file and reads its header.
     *
     * @param file a safetensors file
     * @return the open file
     * @throws WeightFileException if it cannot be read or is not a whole safetensors file
     */
    public static SafeTensors open(Path file) {
        try {
            return open(file, FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    private static SafeTensors open(Path file, FileChannel channel) throws IOException {
        try {
            return new SafeTensors(file, channel, SafeTensorsHeader.read(file, channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Writes tensors as float32, in the order of their names; the same tensors and metadata give the same bytes.
     *
     * <p>The file is written under another name in the same folder and renamed when it is whole. No more than one chunk
     * is copied at a time.
     *
     * @param file where to; a file that is there is replaced
     * @param tensors what to write
     * @param metadata free text by key, written sorted; may be empty
     * @throws IllegalArgumentException if a tensor is named {@code __metadata__}
     * @throws WeightFileException if the file cannot be written
     */
    public static void write(Path file, NamedTensors tensors, Map<String, String> metadata) {
        new SafeTensorsWriter(tensors, metadata).write(file);
    }

    /**
     * Writes the same bytes to a stream, such as one of a remote file system, and leaves it open.
     *
     * @param stream where to
     * @param tensors what to write
     * @param metadata free text by key, written sorted; may be empty
     * @throws IllegalArgumentException if a tensor is named {@code __metadata__}
     * @throws IOException if the stream does not take the bytes
     */
    public static void write(OutputStream stream, NamedTensors tensors, Map<String, String> metadata)
            throws IOException {
        try {
            new SafeTensorsWriter(tensors, metadata).write(Channels.newChannel(stream));
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    @Override
    public String source() {
        return file.toString();
    }

    @Override
    public List<String> names() {
        return List.copyOf(header.entries().keySet());
    }

    @Override
    public TensorDescription description(String name) {
        return entry(name).description();
    }

    /**
     * The free text in the header.
     *
     * @return text by key, sorted, unmodifiable
     */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        SafeTensorsHeader.Entry entry = entry(name);
        TensorDescription tensor = entry.description();
        if (tensor.type() == ElementType.OTHER) {
            throw new WeightFileException(
                    file,
                    "tensor " + Printable.of(name) + " has type " + entry.code()
                            + ", which is not read; save it as F32");
        }
        try {
            ByteSource.of(channel, header.dataOffset() + entry.begin())
                    .read(tensor.type(), ByteOrder.LITTLE_ENDIAN, tensor.shape().elements(), chunks);
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    private SafeTensorsHeader.Entry entry(String name) {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException(file + " has no tensor named " + name);
        }
        return entry;
    }
}
