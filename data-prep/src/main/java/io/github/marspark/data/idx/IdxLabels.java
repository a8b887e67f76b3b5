package io.github.marspark.data.idx;

import java.io.Closeable;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Labels of an IDX file, plain or gzipped, one after the other: magic number 0x00000801, the number of labels as a
 * big-endian integer, then a byte a label. Not thread-safe.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">The IDX file format</a>
 */
public final class IdxLabels implements Iterator<Integer>, Closeable {
    private final IdxStream stream;

    private IdxLabels(IdxStream stream) {
        this.stream = stream;
    }

    /**
     * Reads the header.
     *
     * @param stream the bytes, closed with the reader
     * @param name names the file in messages
     * @return a reader before the first label
     * @throws IllegalArgumentException if it is no IDX file of labels
     * @throws UncheckedIOException if it cannot be read
     */
    public static IdxLabels of(InputStream stream, String name) {
        return new IdxLabels(IdxStream.open(stream, name, "labels", 1));
    }

    /**
     * {@return how many labels the file has}
     */
    public int count() {
        return stream.size(0);
    }

    @Override
    public boolean hasNext() {
        return stream.hasNext();
    }

    /**
     * The next label.
     *
     * @return 0 to 255
     * @throws UncheckedIOException if the file ends too early or too late
     */
    @Override
    public Integer next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the file has only " + count() + " labels");
        }
        return stream.next(1)[0] & 0xff;
    }

    @Override
    public void close() {
        stream.close();
    }
}
