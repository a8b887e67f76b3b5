package io.github.marspark.data.image;

import java.io.IOException;
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
    private static final int CGBI = 0x43674249;

    private final byte[] bytes;
    private final ByteBuffer buffer;
    private int at = SIGNATURE_BYTES;

    private PngChunks(byte[] bytes) {
        this.bytes = bytes;
        this.buffer = ByteBuffer.wrap(bytes);
    }

    /** Accepts a file that is not of Apple's own kind, which begins with a chunk that says so. */
    static void checkKind(byte[] bytes) throws ImageRejected {
        PngChunks chunks = new PngChunks(bytes);
        if (chunks.hasChunk() && chunks.type() == CGBI) {
            throw new ImageRejected(
                    RejectReason.UNSUPPORTED,
                    "is a PNG file in Apple's variant for its devices; convert it to plain PNG");
        }
    }

    /** Accepts a file whose chunks are whole up to the last one, with the right checksums. */
    static void check(byte[] bytes) throws ImageRejected {
        PngChunks chunks = new PngChunks(bytes);
        while (chunks.hasChunk() && chunks.type() != IEND) {
            chunks.checkSum();
            chunks.at = chunks.end();
        }
        if (!chunks.hasChunk()) {
            throw new ImageRejected(RejectReason.TRUNCATED, "ends before its image does: no IEND chunk");
        }
        chunks.checkSum();
    }

    /** The Exif data of the chunk for it, or else of the last text that holds some. */
    static Optional<byte[]> exif(byte[] bytes) throws IOException {
        PngChunks chunks = new PngChunks(bytes);
        int text = 0;
        while (chunks.hasChunk() && chunks.type() != IEND) {
            if (chunks.type() == EXIF) {
                return Optional.of(chunks.data());
            }
            if (PngRawProfile.isExif(bytes, chunks.at + 8, chunks.end() - 4)) {
                text = chunks.at;
            }
            chunks.at = chunks.end();
        }
        if (text == 0) {
            return Optional.empty();
        }
        chunks.at = text;
        return PngRawProfile.exif(chunks.type(), chunks.data());
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

    private byte[] data() {
        return Arrays.copyOfRange(bytes, at + 8, end() - 4);
    }

    /** Where the next chunk begins: after four bytes of length, four of type, the data and four of checksum. */
    private int end() {
        return at + 12 + length();
    }

    private void checkSum() throws ImageRejected {
        CRC32 crc = new CRC32();
        crc.update(bytes, at + 4, 4 + length());
        if ((int) crc.getValue() != buffer.getInt(end() - 4)) {
            throw new ImageRejected(RejectReason.CORRUPT, "has a chunk with a wrong checksum at byte " + at);
        }
    }
}
