package io.github.marspark.data.image;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file. Java's reader checks no checksum and needs no end, so a damaged file would be taken.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#5Chunk-layout">PNG, section 5.3</a>
 */
final class PngChunks {
    private static final int SIGNATURE_BYTES = 8;
    private static final int IEND = 0x49454e44;
    private static final int EXIF = 0x65584966;
    private static final int ANCILLARY = 0x20000000;

    private final byte[] bytes;
    private final ByteBuffer buffer;
    private int at = SIGNATURE_BYTES;

    private PngChunks(byte[] bytes) {
        this.bytes = bytes;
        this.buffer = ByteBuffer.wrap(bytes);
    }

    /** Accepts a file whose chunks are whole up to the last one, with the right checksums where pixels depend on it. */
    static void check(byte[] bytes) throws ImageRejected {
        PngChunks chunks = new PngChunks(bytes);
        while (chunks.hasChunk() && chunks.type() != IEND) {
            chunks.checkSum();
            chunks.at = chunks.end();
        }
        if (!chunks.hasChunk()) {
            throw new ImageRejected(RejectReason.TRUNCATED, "ends before its image does: no IEND chunk");
        }
    }

    /** The contents of the Exif chunk. */
    static Optional<byte[]> exif(byte[] bytes) {
        PngChunks chunks = new PngChunks(bytes);
        while (chunks.hasChunk()) {
            if (chunks.type() == EXIF) {
                return Optional.of(Arrays.copyOfRange(bytes, chunks.at + 8, chunks.end() - 4));
            }
            chunks.at = chunks.end();
        }
        return Optional.empty();
    }

    private boolean hasChunk() {
        return at + 12 <= bytes.length && length() >= 0 && length() <= bytes.length - at - 12;
    }

    private int length() {
        return buffer.getInt(at);
    }

    private int type() {
        return buffer.getInt(at + 4);
    }

    /** Where the next chunk begins: after four bytes of length, four of type, the data and four of checksum. */
    private int end() {
        return at + 12 + length();
    }

    private void checkSum() throws ImageRejected {
        if ((type() & ANCILLARY) != 0) {
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(bytes, at + 4, 4 + length());
        if ((int) crc.getValue() != buffer.getInt(end() - 4)) {
            throw new ImageRejected(RejectReason.CORRUPT, "has a chunk with a wrong checksum at byte " + at);
        }
    }
}
