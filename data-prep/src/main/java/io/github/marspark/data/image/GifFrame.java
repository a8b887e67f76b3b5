package io.github.marspark.data.image;

/**
 * The first frame of a GIF file.
 *
 * @param screen the file's screen, extended where the frame reaches beyond it, and where the frame lies there
 * @param width columns of the frame
 * @param height rows of the frame
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a</a>
 */
record GifFrame(Screen screen, int width, int height) {
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;
    private static final int SCREEN_END = 13;

    /** Reads the blocks up to the end of the first frame, all of which must be there with codes for each pixel. */
    static GifFrame of(byte[] bytes) throws ImageRejected {
        int at = SCREEN_END + tableBytes(bytes, SCREEN_END - 3);
        while (unsigned(bytes, at) == EXTENSION) {
            at = GifSubBlocks.skip(bytes, at + 2);
        }
        if (unsigned(bytes, at) != IMAGE) {
            throw new ImageRejected(RejectReason.CORRUPT, "has no frame where one must begin, at byte " + at);
        }
        GifFrame frame = described(bytes, at + 1);
        int codes = at + 10 + tableBytes(bytes, at + 9);
        GifSubBlocks.skip(bytes, codes + 1);
        GifCodes.check(bytes, codes, (long) frame.width * frame.height);
        return frame;
    }

    private static GifFrame described(byte[] bytes, int at) throws ImageRejected {
        int left = unsignedShort(bytes, at);
        int top = unsignedShort(bytes, at + 2);
        int width = unsignedShort(bytes, at + 4);
        int height = unsignedShort(bytes, at + 6);
        Screen screen = new Screen(
                Math.max(unsignedShort(bytes, 6), left + width),
                Math.max(unsignedShort(bytes, 8), top + height),
                left,
                top);
        return new GifFrame(screen, width, height);
    }

    /** Bytes of the colour table that a packed field announces. */
    private static int tableBytes(byte[] bytes, int packedAt) throws ImageRejected {
        int packed = unsigned(bytes, packedAt);
        return (packed & 0x80) == 0 ? 0 : 3 << ((packed & 7) + 1);
    }

    private static int unsignedShort(byte[] bytes, int at) throws ImageRejected {
        return unsigned(bytes, at) | unsigned(bytes, at + 1) << 8;
    }

    private static int unsigned(byte[] bytes, int at) throws ImageRejected {
        return GifSubBlocks.unsigned(bytes, at);
    }
}
