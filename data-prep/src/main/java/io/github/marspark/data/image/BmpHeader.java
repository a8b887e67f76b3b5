package io.github.marspark.data.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of a BMP file, whose numbers of bytes and of rows must agree.
 *
 * @see <a href="https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapinfoheader">BITMAPINFOHEADER</a>
 */
final class BmpHeader {
    private static final int FILE_BYTES = 2;
    private static final int INFO_BYTES = 14;
    private static final int WIDTH = 18;
    private static final int HEIGHT = 22;
    private static final int BITS_A_PIXEL = 28;
    private static final int COMPRESSION = 30;
    private static final int PIXEL_BYTES = 34;
    private static final int LEAST_BYTES = 40;

    /** Values of the field for compression that mean none. */
    private static final int PLAIN = 0;

    private static final int PLAIN_WITH_MASKS = 3;

    private BmpHeader() {}

    /** Accepts a file that announces as many bytes for its pixels as these have, or announces none. */
    static void check(byte[] file) throws ImageRejected {
        ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < INFO_BYTES + LEAST_BYTES || header.getInt(INFO_BYTES) < LEAST_BYTES) {
            return;
        }
        int compression = header.getInt(COMPRESSION);
        long announced = Integer.toUnsignedLong(header.getInt(PIXEL_BYTES));
        if (announced != 0 && (compression == PLAIN || compression == PLAIN_WITH_MASKS)) {
            long width = Math.abs((long) header.getInt(WIDTH));
            long rows = Math.abs((long) header.getInt(HEIGHT));
            long bits = width * header.getShort(BITS_A_PIXEL);
            long rowBytes = (bits + Integer.SIZE - 1) / Integer.SIZE * Integer.BYTES;
            boolean wholeFile = announced == file.length || announced == header.getInt(FILE_BYTES);
            boolean unpadded = announced == (bits + Byte.SIZE - 1) / Byte.SIZE * rows;
            if (!wholeFile && !unpadded && announced / Math.max(1, rowBytes) != rows) {
                throw new ImageRejected(
                        RejectReason.CORRUPT,
                        "announces " + announced + " bytes for its " + rows + " rows of " + rowBytes + " bytes each");
            }
        }
    }
}
