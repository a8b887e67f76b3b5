package io.github.marspark.data.idx;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/** The common part of IDX files of unsigned bytes: a magic number, the sizes, then items of equal size. */
final class IdxStream implements Closeable {
    private static final int UNSIGNED_BYTES = 0x800;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final String items;
    private final DataInputStream input;
    private final int[] sizes;
    private int read;

    private IdxStream(String name, String items, DataInputStream input, int[] sizes) {
        this.name = name;
        this.items = items;
        this.input = input;
        this.sizes = sizes;
    }

    /**
     * Reads the header.
     *
     * @param items what the file counts, such as "images"
     * @throws IllegalArgumentException if the file is not of unsigned bytes in that many dimensions
     */
    static IdxStream open(InputStream stream, String name, String items, int dimensions) {
        try {
            DataInputStream input = new DataInputStream(unzipped(stream));
            int magic = input.readInt();
            if (magic != (UNSIGNED_BYTES | dimensions)) {
                throw new IllegalArgumentException(String.format(
                        "%s begins with %08x, must begin with %08x: it is no IDX file of %s",
                        name, magic, UNSIGNED_BYTES | dimensions, items));
            }
            return new IdxStream(name, items, input, sizes(input, name, dimensions));
        } catch (EOFException end) {
            throw new UncheckedIOException(name + " ends within its header: it is no IDX file of " + items, end);
        } catch (IOException failure) {
            throw new UncheckedIOException(name + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    int size(int dimension) {
        return sizes[dimension];
    }

    boolean hasNext() {
        return read < sizes[0];
    }

    /** The next item; after the last one the file must end. */
    byte[] next(int bytes) {
        byte[] item = new byte[bytes];
        try {
            input.readFully(item);
            read++;
            if (!hasNext() && input.read() >= 0) {
                throw new IOException("it goes on after its " + sizes[0] + " " + items);
            }
            return item;
        } catch (EOFException end) {
            throw new UncheckedIOException(
                    name + " breaks off after " + read + " of its " + sizes[0] + " " + items + "; fetch it again", end);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    name + " cannot be read after " + read + " " + items + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(name + " cannot be closed: " + failure.getMessage(), failure);
        }
    }

    private static InputStream unzipped(InputStream stream) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stream, BUFFER_BYTES);
        buffered.mark(2);
        int magic = buffered.read() << 8 | buffered.read();
        buffered.reset();
        return magic == GZIP_MAGIC ? new BufferedInputStream(new GZIPInputStream(buffered, BUFFER_BYTES)) : buffered;
    }

    private static int[] sizes(DataInputStream input, String name, int dimensions) throws IOException {
        int[] sizes = new int[dimensions];
        for (int dimension = 0; dimension < dimensions; dimension++) {
            sizes[dimension] = input.readInt();
            if (sizes[dimension] < 0 || (dimension > 0 && sizes[dimension] == 0)) {
                throw new IllegalArgumentException(
                        name + " has size " + sizes[dimension] + " in dimension " + dimension + ": it is damaged");
            }
        }
        return sizes;
    }
}
