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
 * <p>An open archive is intact: every entry was compared with its CRC-32. Entries are read from where they lie, a chunk at a
 * time.
 */
final class PyTorchArchive implements StorageFile {

    /** Longest pickle accepted; that of a network of a thousand tensors with its optimiser has about one hundredth. */
    static final long MAX_PICKLE_BYTES = 16L << 20;

    private static final String PICKLE = "data.pkl";
    private static final int MAX_BYTE_ORDER_BYTES = 16;

    private final Path file;
    private final ZipFile zip;
    private final String folder;
    private final ByteOrder byteOrder;
    private final List<String> remarks;

    private PyTorchArchive(Path file, ZipFile zip) throws IOException {
        this.file = file;
        this.zip = zip;
        this.folder = findFolder(file, zip);
        requireNoProgram(file, zip, folder);
        this.remarks = new ZipChecksums(file, zip).compare();
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

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<String> remarks() {
        return remarks;
    }

    byte[] pickle() {
        try {
            return bytes(folder + PICKLE, MAX_PICKLE_BYTES);
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    @Override
    public void requireStored(String name, StoredTensor tensor) {
        StoredTensor.Storage storage = tensor.storage();
        ZipEntry entry = zip.getEntry(folder + "data/" + storage.key());
        if (entry == null) {
            throw new WeightFileException(
                    file,
                    "tensor " + Printable.of(name) + " lies in storage " + Printable.of(storage.key())
                            + ", which is not in the file; " + "it is damaged, copy it again");
        }
        boolean fits = tensor.isReadable() ? entry.getSize() == storage.bytes() : entry.getSize() > 0;
        if (!fits) {
            throw new WeightFileException(
                    file,
                    "storage " + Printable.of(storage.key()) + " of tensor " + Printable.of(name) + " has "
                            + entry.getSize() + " bytes, its " + storage.elements() + " elements of "
                            + storage.type().name() + " need " + storage.bytes() + "; the file is damaged");
        }
    }

    @Override
    public void read(StoredTensor tensor, Consumer<FloatBuffer> chunks) {
        ElementType type = tensor.storage().type().type();
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

    private static void requireNoProgram(Path file, ZipFile zip, String folder) {
        if (zip.getEntry(folder + "constants.pkl") != null) {
            throw new WeightFileException(
                    file,
                    "is a TorchScript program, which torch.jit.save wrote; load it in PyTorch and save its state_dict()"
                            + " with torch.save");
        }
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
}
