package io.github.marspark.data.idx;

import java.io.Closeable;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Grey images of an IDX file, plain or gzipped, one after the other: magic number 0x00000803, the number of images,
 * rows and columns as big-endian integers, then a byte a pixel. Holds one image at a time. Not thread-safe.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">The IDX file format</a>
 */
public final class IdxImages implements Iterator<byte[]>, Closeable {
    private static final int MOST_PIXELS = 1 << 28;

    private final IdxStream stream;

    private IdxImages(IdxStream stream) {
        this.stream = stream;
    }

    /**
     * Reads the header.
     *
     * @param stream the bytes, closed with the reader
     * @param name names the file in messages
     * @return a reader before the first image
     * @throws IllegalArgumentException if it is no IDX file of images
     * @throws UncheckedIOException if it cannot be read
     */
    public static IdxImages of(InputStream stream, String name) {
        IdxImages images = new IdxImages(IdxStream.open(stream, name, "images", 3));
        if ((long) images.rows() * images.columns() > MOST_PIXELS) {
            throw new IllegalArgumentException(name + " has images of " + images.rows() + " x " + images.columns()
                    + " pixels, more than " + MOST_PIXELS + ": it is damaged");
        }
        return images;
    }

    /**
     * {@return how many images the file has}
     */
    public int count() {
        return stream.size(0);
    }

    /**
     * {@return rows of each image, in pixels}
     */
    public int rows() {
        return stream.size(1);
    }

    /**
     * {@return columns of each image, in pixels}
     */
    public int columns() {
        return stream.size(2);
    }

    @Override
    public boolean hasNext() {
        return stream.hasNext();
    }

    /**
     * The next image.
     *
     * @return unsigned grey levels, {@code (rows, columns)}
     * @throws UncheckedIOException if the file ends too early or too late
     */
    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the file has only " + count() + " images");
        }
        return stream.next(rows() * columns());
    }

    @Override
    public void close() {
        stream.close();
    }
}
