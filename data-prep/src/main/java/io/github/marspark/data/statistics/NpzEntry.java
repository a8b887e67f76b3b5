package io.github.marspark.data.statistics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * An array of a {@code .npz} file, stored or deflated: its header, then its values, which are read once. Failures are
 * {@link IOException}s whose messages go on a sentence that begins with the array's name.
 */
final class NpzEntry implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 16;

    private final ZipEntry entry;
    private final CheckedInputStream stream;
    private final NpyHeader header;

    /** Opens an array that the file has. */
    NpzEntry(ZipFile zip, ZipEntry entry) throws IOException {
        this.entry = entry;
        InputStream bytes = zip.getInputStream(entry);
        this.stream = new CheckedInputStream(bytes, new CRC32());
        this.header = NpyHeader.read(stream);
    }

    NpyHeader header() {
        return header;
    }

    /** The values in the order of the file. */
    double[] doubles(int count) throws IOException {
        double[] values = new double[count];
        int size = switch (header.kind()) {
            case "f8", "i8" -> Double.BYTES;
            case "f4" -> Float.BYTES;
            default -> throw new IOException("holds numbers of type " + header.type() + ", must be float32 or float64");
        };
        for (int done = 0; done < count; done += CHUNK_BYTES / size) {
            int chunk = Math.min(count - done, CHUNK_BYTES / size);
            byte[] bytes = stream.readNBytes(chunk * size);
            if (bytes.length < chunk * size) {
                throw new IOException("ends after " + (done + bytes.length / size) + " of " + count + " values");
            }
            convert(ByteBuffer.wrap(bytes).order(header.byteOrder()), values, done);
        }
        requireEnd();
        return values;
    }

    private void convert(ByteBuffer bytes, double[] values, int offset) {
        for (int i = offset; bytes.hasRemaining(); i++) {
            values[i] = switch (header.kind()) {
                case "f8" -> bytes.getDouble();
                case "f4" -> bytes.getFloat();
                default -> bytes.getLong();
            };
        }
    }

    private void requireEnd() throws IOException {
        if (stream.read() >= 0) {
            throw new IOException("goes on behind its last value");
        }
        if (stream.getChecksum().getValue() != entry.getCrc()) {
            throw new IOException("is damaged: its checksum is not that of the file's list");
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
