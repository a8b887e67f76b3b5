package io.github.marspark.data.weights;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The zip that {@code torch.save} writes: a pickle and one uncompressed file a storage, all below one folder.
 *
 * <p>Entries are found through the zip's directory and read from where they lie, so storages beyond 4 GB cost nothing
 * until they are read.
 */
final class PyTorchArchive implements AutoCloseable {

    /** Longest pickle accepted; that of a network of a thousand tensors with its optimiser has about one hundredth. */
    static final long MAX_PICKLE_BYTES = 16L << 20;

    private static final String PICKLE = "data.pkl";
    private static final int MAX_BYTE_ORDER_BYTES = 16;

    private final Path file;
    private final ZipFile zip;
    private final String folder;
    private final ByteOrder byteOrder;

    private PyTorchArchive(Path file, ZipFile zip) throws IOException {
        this.file = file;
        this.zip = zip;
        this.folder = findFolder(file, zip);
        this.byteOrder = readByteOrder();
    }

    static PyTorchArchive open(Path file) {
        try {
            return open(file, openZip(file));
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    private static PyTorchArchive open(Path file, ZipFile zip) throws IOException {
        try {
            return new PyTorchArchive(file, zip);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static ZipFile openZip(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new WeightFileException(
                    file,
                    "its zip directory cannot be read (" + e.getMessage()
                            + "); it was cut short or damaged, copy it again",
                    e);
        }
    }

    Path file() {
        return file;
    }

    byte[] pickle() {
        try {
            return bytes(folder + PICKLE, MAX_PICKLE_BYTES);
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    /** Checks that a tensor's storage is there and long enough. */
    void requireStored(String name, StoredTensor tensor) {
        StoredTensor.Storage storage = tensor.storage();
        ZipEntry entry = zip.getEntry(folder + "data/" + storage.key());
        if (entry == null) {
            throw new WeightFileException(
                    file,
                    "tensor " + name + " lies in storage " + storage.key() + ", which is not in the file; "
                            + "it is damaged, copy it again");
        }
        requireStored(file, entry);
        if (entry.getSize() < storage.bytes()) {
            throw new WeightFileException(
                    file,
                    "storage " + storage.key() + " of tensor " + name + " has " + entry.getSize() + " bytes, its "
                            + storage.elements() + " elements of " + storage.type() + " need " + storage.bytes()
                            + "; the file is damaged");
        }
    }

    /** Hands on the storage elements from a tensor's first to its last, as float32. */
    void read(StoredTensor tensor, Consumer<FloatBuffer> chunks) {
        ElementType type = tensor.storage().type();
        ZipEntry entry = new ZipEntry(folder + "data/" + tensor.storage().key());
        try (InputStream stream = open(entry)) {
            stream.skipNBytes(tensor.offset() * type.bytes());
            ByteSource.of(stream).read(type, byteOrder, tensor.span(), chunks);
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    private static String findFolder(Path file, ZipFile zip) {
        List<String> pickles = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw new WeightFileException(
                    file,
                    "is a zip with " + pickles.size() + " files named " + PICKLE
                            + ", a PyTorch checkpoint has one; give a file written by torch.save");
        }
        String pickle = pickles.get(0);
        return pickle.substring(0, pickle.length() - PICKLE.length());
    }

    private ByteOrder readByteOrder() throws IOException {
        if (zip.getEntry(folder + "byteorder") == null) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        String order = new String(bytes(folder + "byteorder", MAX_BYTE_ORDER_BYTES), StandardCharsets.UTF_8).strip();
        return switch (order) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default ->
                throw new WeightFileException(
                        file, "its byteorder is '" + order + "', must be little or big; the file is damaged");
        };
    }

    private byte[] bytes(String name, long most) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        requireStored(file, entry);
        if (entry.getSize() > most) {
            throw new WeightFileException(
                    file, "its " + name + " has " + entry.getSize() + " bytes, the limit is " + most);
        }
        try (InputStream stream = open(entry)) {
            return stream.readNBytes((int) most);
        }
    }

    private InputStream open(ZipEntry entry) throws IOException {
        InputStream stream = zip.getInputStream(entry);
        if (stream == null) {
            throw new FileNotFoundException(entry.getName() + " is not in it");
        }
        return stream;
    }

    private static void requireStored(Path file, ZipEntry entry) {
        if (entry.getMethod() != ZipEntry.STORED) {
            throw new WeightFileException(
                    file,
                    entry.getName() + " is compressed in it, torch.save writes uncompressed files;"
                            + " give the file as it was saved");
        }
    }
}
