package io.github.marspark.data.image;

import java.io.EOFException;
import java.io.UncheckedIOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * The bytes of a file as the stream that decoders read.
 *
 * <p>Some decoders take the end of the stream for zeros and go on, which can keep them busy for minutes. A few reads past
 * the end are answered as usual, then the stream breaks off.
 */
final class ImageBytes extends ImageInputStreamImpl {
    private static final int READS_PAST_END = 500;

    private final byte[] bytes;
    private int readsPastEnd;

    ImageBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        bitOffset = 0;
        if (streamPos >= bytes.length) {
            return pastEnd();
        }
        return bytes[(int) streamPos++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= bytes.length) {
            return pastEnd();
        }
        int count = (int) Math.min(length, bytes.length - streamPos);
        System.arraycopy(bytes, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return bytes.length;
    }

    private int pastEnd() {
        if (++readsPastEnd > READS_PAST_END) {
            throw new UncheckedIOException(new EOFException("more than " + READS_PAST_END + " reads past the end"));
        }
        return -1;
    }
}
