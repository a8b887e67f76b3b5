package io.github.marspark.data.latent;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * The metadata and the blocks of an Avro object container file. Avro's own reader makes room for whatever length a file
 * announces, of a block or of a text; this one believes no length before the bytes are there, and passes over a block
 * without decompressing it. Not thread-safe.
 *
 * @see <a href="https://avro.apache.org/docs/1.11.1/specification/#object-container-files">the format</a>
 */
final class LatentBlocks implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream input;
    private final BinaryDecoder numbers;
    private final Map<String, byte[]> metadata;
    private final byte[] marker;
    private long records;
    private byte[] block = {};

    /**
     * Reads the metadata.
     *
     * @param stream from its beginning; closed with this
     * @throws IOException if it is no container file, or ends before its first block
     */
    LatentBlocks(InputStream stream) throws IOException {
        input = new BufferedInputStream(stream, BUFFER_BYTES);
        numbers = DecoderFactory.get().directBinaryDecoder(input, null);
        if (!Arrays.equals(bytes(DataFileConstants.MAGIC.length), DataFileConstants.MAGIC)) {
            throw new IOException("it does not begin as one");
        }
        metadata = entries();
        marker = bytes(DataFileConstants.SYNC_SIZE);
    }

    private Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        for (long count = numbers.readMapStart(); count != 0; count = numbers.mapNext()) {
            for (long i = 0; i < count; i++) {
                String key = new String(bytes(numbers.readLong()), StandardCharsets.UTF_8);
                entries.put(key, bytes(numbers.readLong()));
            }
        }
        return entries;
    }

    /** An entry of the metadata. */
    @Nullable
    String metadata(String key) {
        byte[] value = metadata.get(key);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    /** The 16 bytes that end every block. */
    byte[] marker() {
        return marker.clone();
    }

    /**
     * Goes to the next block.
     *
     * @return whether there is one
     * @throws IOException if it is not whole
     */
    boolean next() throws IOException {
        if (isAtEnd()) {
            records = 0;
            return false;
        }
        records = numbers.readLong();
        block = bytes(numbers.readLong());
        if (records < 0 || !Arrays.equals(bytes(DataFileConstants.SYNC_SIZE), marker)) {
            throw new IOException("a block is not followed by the file's marker");
        }
        return true;
    }

    private boolean isAtEnd() throws IOException {
        input.mark(1);
        boolean end = input.read() < 0;
        input.reset();
        return end;
    }

    /** How many records the block says it has. */
    long records() {
        return records;
    }

    /** The block as it lies in the file. */
    byte[] block() {
        return block;
    }

    /** Grows with what is read, whatever the length says. */
    private byte[] bytes(long length) throws IOException {
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw new IOException("it announces a length of %,d bytes".formatted(length));
        }
        byte[] bytes = input.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("it ends inside a block");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
