package io.github.marspark.data.image;

/** Bits that a GIF file keeps in sub-blocks of up to 255 bytes, each after its length; the length 0 ends them. */
final class GifSubBlocks {
    private final byte[] bytes;
    private int at;
    private int left;
    private int bits;
    private int bitCount;

    /** Begins at the length of the first sub-block. */
    GifSubBlocks(byte[] bytes, int start) {
        this.bytes = bytes;
        this.at = start;
    }

    /** Where the file goes on after sub-blocks. */
    static int skip(byte[] bytes, int start) throws ImageRejected {
        int at = start;
        int length = unsigned(bytes, at);
        while (length > 0) {
            at += 1 + length;
            length = unsigned(bytes, at);
        }
        return at + 1;
    }

    static int unsigned(byte[] bytes, int at) throws ImageRejected {
        if (at >= bytes.length) {
            throw new ImageRejected(RejectReason.TRUNCATED, "ends before its first frame does");
        }
        return bytes[at] & 0xff;
    }

    /** The next number of so many bits, the lowest first, or -1 if there are fewer. */
    int next(int width) throws ImageRejected {
        while (bitCount < width) {
            if (left == 0) {
                left = unsigned(bytes, at++);
                if (left == 0) {
                    at--;
                    return -1;
                }
            }
            bits |= unsigned(bytes, at++) << bitCount;
            bitCount += Byte.SIZE;
            left--;
        }
        int value = bits & ((1 << width) - 1);
        bits >>>= width;
        bitCount -= width;
        return value;
    }
}
