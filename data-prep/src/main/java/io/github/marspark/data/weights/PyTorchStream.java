package io.github.marspark.data.weights;

import io.github.marspark.data.weights.StoredTensor.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The file that {@code torch.save} wrote before PyTorch 1.6, and writes still when told so: five pickles (a number, a
 * version, the machine, the values, the storages' keys), then for each key the number of elements and the elements.
 *
 * <p>Opening compares every number of elements with the values' descriptions, and their sum with the file's length.
 */
final class PyTorchStream implements StorageFile {

    /** The number that the first pickle holds. */
    static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private static final int VERSION = 1001;
    private static final long MAX_PICKLE_BYTES = PyTorchArchive.MAX_PICKLE_BYTES;

    private final Path file;
    private final FileChannel channel;
    private final StateDictUnpickler unpickler;
    private final @Nullable Object root;
    private final Map<String, Long> offsets = new HashMap<>();

    private PyTorchStream(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.unpickler = new StateDictUnpickler(file);
        byte[] head = new byte[(int) Math.min(channel.size(), MAX_PICKLE_BYTES)];
        ByteSource.of(channel, 0).fill(head, head.length);
        ByteArrayInputStream stream = new ByteArrayInputStream(head);
        requireVersion(unpickler.next(stream), unpickler.next(stream));
        unpickler.next(stream);
        this.root = unpickler.next(stream);
        List<?> keys = keys(unpickler.next(stream));
        findStorages(keys, head.length - stream.available());
    }

    static PyTorchStream open(Path file) {
        try {
            return open(file, FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    private static PyTorchStream open(Path file, FileChannel channel) throws IOException {
        try {
            return new PyTorchStream(file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void requireVersion(@Nullable Object magic, @Nullable Object version) {
        if (!MAGIC.equals(magic) || !Integer.valueOf(VERSION).equals(version)) {
            throw damaged(
                    "it begins with " + magic + " and " + version + " instead of PyTorch's number and " + VERSION);
        }
    }

    private List<?> keys(@Nullable Object keys) {
        if (keys instanceof List<?> list) {
            return list;
        }
        throw damaged("it has no list of storages");
    }

    private void findStorages(List<?> keys, long begin) throws IOException {
        long offset = begin;
        for (Object key : keys) {
            Storage storage = unpickler.storages().get(key);
            if (storage == null || offsets.containsKey(storage.key())) {
                throw damaged(
                        "storage " + Printable.of(String.valueOf(key)) + " belongs to no tensor or lies in it twice");
            }
            requireCount(storage, offset);
            offsets.put(storage.key(), offset + Long.BYTES);
            offset += Long.BYTES + storage.bytes();
        }
        if (offset != channel.size()) {
            throw damaged((channel.size() - offset) + " bytes at its end belong to no tensor");
        }
    }

    private void requireCount(Storage storage, long offset) throws IOException {
        long left = channel.size() - offset - Long.BYTES;
        if (left < storage.bytes()) {
            throw new WeightFileException(
                    file,
                    "ends inside storage " + Printable.of(storage.key()) + " (" + Math.max(0, left) + " of "
                            + storage.bytes() + " bytes are there); it was cut short, copy it again");
        }
        byte[] count = new byte[Long.BYTES];
        ByteSource.of(channel, offset).fill(count, count.length);
        long elements = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (elements != storage.elements()) {
            throw damaged("storage " + Printable.of(storage.key()) + " has " + elements + " elements, its tensors need "
                    + storage.elements());
        }
    }

    private WeightFileException damaged(String problem) {
        return new WeightFileException(file, problem + "; the file is damaged, copy it again");
    }

    /** What the file holds besides the elements. */
    @Nullable
    Object root() {
        return root;
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<String> remarks() {
        return List.of(
                "it is of PyTorch's format before 1.6, without checksums, so that altered bytes cannot be noticed");
    }

    @Override
    public void requireStored(String name, StoredTensor tensor) {
        if (!offsets.containsKey(tensor.storage().key())) {
            throw damaged("tensor " + Printable.of(name) + " lies in storage "
                    + Printable.of(tensor.storage().key()) + ", which is not in the file");
        }
    }

    @Override
    public void read(StoredTensor tensor, Consumer<FloatBuffer> chunks) {
        ElementType type = tensor.storage().type().type();
        long begin = Objects.requireNonNull(offsets.get(tensor.storage().key()));
        try {
            ByteSource.of(channel, begin + tensor.offset() * type.bytes())
                    .read(type, ByteOrder.LITTLE_ENDIAN, tensor.span(), chunks);
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
}
