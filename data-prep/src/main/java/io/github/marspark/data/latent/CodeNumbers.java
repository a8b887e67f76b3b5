package io.github.marspark.data.latent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Ids of codes as the little-endian bytes of a record, 2 each for up to 65,536 codes and else 4, and back. */
public final class CodeNumbers {
    private static final int MOST_OF_TWO_BYTES = 1 << 16;

    private CodeNumbers() {}

    /** The size of an id in bytes, for so many codes. */
    public static int bytesOf(int codes) {
        return codes <= MOST_OF_TWO_BYTES ? Short.BYTES : Integer.BYTES;
    }

    /** What a file's metadata calls the type of an id. */
    static String typeOf(int codes) {
        return bytesOf(codes) == Short.BYTES ? "UINT16" : "INT32";
    }

    /** Packs ids, whose values are not looked at. */
    static ByteBuffer pack(int[] ids, int codes) {
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * bytesOf(codes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int id : ids) {
            if (bytesOf(codes) == Short.BYTES) {
                bytes.putShort((short) id);
            } else {
                bytes.putInt(id);
            }
        }
        return bytes.flip();
    }

    /**
     * Unpacks ids.
     *
     * @param bytes from position to limit, neither of which changes
     * @param codes how many there are
     */
    public static int[] unpack(ByteBuffer bytes, int codes) {
        ByteBuffer source = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int[] ids = new int[source.remaining() / bytesOf(codes)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytesOf(codes) == Short.BYTES ? Short.toUnsignedInt(source.getShort()) : source.getInt();
        }
        return ids;
    }
}
