package io.github.marspark.data.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The chunks that lie one after the other in a part of a WebP file; what does not fit into the part ends them.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9649">RFC 9649, section 2</a>
 */
final class WebpChunks implements Iterable<WebpChunks.Chunk> {
    /** Bytes before the first chunk of a file: {@code RIFF}, a length and {@code WEBP}. */
    static final int HEADER_BYTES = 12;

    /** Bytes before the data of a chunk: its type and its length. */
    static final int CHUNK_HEADER_BYTES = 8;

    private static final String EXIF = "EXIF";

    private final byte[] bytes;
    private final int start;
    private final int end;

    /**
     * A chunk.
     *
     * @param type four letters
     * @param start where its data begin
     * @param length of its data, which are all there
     */
    record Chunk(String type, int start, int length) {}

    private WebpChunks(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    /** The chunks of a file, which must be as long as its header says. */
    static WebpChunks of(byte[] bytes) throws ImageRejected {
        long promised = bytes.length < HEADER_BYTES ? HEADER_BYTES : unsigned(bytes, 4) + CHUNK_HEADER_BYTES;
        if (bytes.length < promised) {
            throw new ImageRejected(
                    RejectReason.TRUNCATED, "ends before its image does: " + bytes.length + " bytes of " + promised);
        }
        return new WebpChunks(bytes, HEADER_BYTES, (int) promised);
    }

    /** The chunks that lie in the data of another one, after some bytes. */
    static WebpChunks inside(byte[] bytes, Chunk chunk, int after) {
        return new WebpChunks(bytes, chunk.start() + after, chunk.start() + chunk.length());
    }

    /** The contents of the Exif chunk. */
    static Optional<byte[]> exif(byte[] bytes) throws ImageRejected {
        return of(bytes).first(EXIF).map(exif -> Arrays.copyOfRange(bytes, exif.start(), exif.start() + exif.length()));
    }

    /** The first chunk of a type. */
    Optional<Chunk> first(String type) {
        for (Chunk chunk : this) {
            if (chunk.type().equals(type)) {
                return Optional.of(chunk);
            }
        }
        return Optional.empty();
    }

    @Override
    public Iterator<Chunk> iterator() {
        return new Iterator<>() {
            private long at = start;

            @Override
            public boolean hasNext() {
                return at + CHUNK_HEADER_BYTES <= end && at + CHUNK_HEADER_BYTES + unsigned(bytes, (int) at + 4) <= end;
            }

            @Override
            public Chunk next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                String type = new String(bytes, (int) at, 4, StandardCharsets.ISO_8859_1);
                int length = (int) unsigned(bytes, (int) at + 4);
                Chunk chunk = new Chunk(type, (int) at + CHUNK_HEADER_BYTES, length);
                at = (long) chunk.start() + length + length % 2;
                return chunk;
            }
        };
    }

    private static long unsigned(byte[] bytes, int at) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at));
    }
}
