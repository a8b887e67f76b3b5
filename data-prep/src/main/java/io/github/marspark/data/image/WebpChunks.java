package io.github.marspark.data.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The chunks of a WebP file.
 *
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP container specification</a>
 */
final class WebpChunks {
    private static final int HEADER_BYTES = 12;
    private static final int EXIF = 'E' | 'X' << 8 | 'I' << 16 | 'F' << 24;

    private WebpChunks() {}

    /** Accepts a file that is as long as its header says; the decoder itself takes what ends early. */
    static void check(byte[] bytes) throws ImageRejected {
        long promised = unsigned(bytes, 4) + 8;
        if (bytes.length < promised) {
            throw new ImageRejected(
                    RejectReason.TRUNCATED, "ends before its image does: " + bytes.length + " bytes of " + promised);
        }
    }

    /** The contents of the Exif chunk. */
    static Optional<byte[]> exif(byte[] bytes) {
        long at = HEADER_BYTES;
        while (at + 8 <= bytes.length) {
            long start = at + 8;
            long length = unsigned(bytes, (int) at + 4);
            if (unsigned(bytes, (int) at) == EXIF && start + length <= bytes.length) {
                return Optional.of(Arrays.copyOfRange(bytes, (int) start, (int) (start + length)));
            }
            at = start + length + length % 2;
        }
        return Optional.empty();
    }

    private static long unsigned(byte[] bytes, int at) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at));
    }
}
