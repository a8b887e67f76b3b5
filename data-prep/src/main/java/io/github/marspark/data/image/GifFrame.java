package io.github.marspark.data.image;

import static io.github.marspark.data.image.RgbImage.CHANNELS;

import java.util.Arrays;

/**
 * Where the first frame of a GIF file lies on its screen.
 *
 * @param screenWidth columns of the screen, or of the frame's right edge if that is further
 * @param screenHeight rows of the screen, or of the frame's bottom edge if that is further
 * @param left columns before the frame
 * @param top rows above the frame
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a</a>
 */
record GifFrame(int screenWidth, int screenHeight, int left, int top) {
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;
    private static final int SCREEN_END = 13;

    /** Reads the blocks up to the end of the first frame, all of which must be there. */
    static GifFrame of(byte[] bytes) throws ImageRejected {
        int at = SCREEN_END + tableBytes(bytes, SCREEN_END - 3);
        while (unsigned(bytes, at) == EXTENSION) {
            at = afterSubBlocks(bytes, at + 2);
        }
        if (unsigned(bytes, at) != IMAGE) {
            throw new ImageRejected(RejectReason.CORRUPT, "has no frame where one must begin, at byte " + at);
        }
        afterSubBlocks(bytes, at + 11 + tableBytes(bytes, at + 9));
        int left = unsignedShort(bytes, at + 1);
        int top = unsignedShort(bytes, at + 3);
        return new GifFrame(
                Math.max(unsignedShort(bytes, 6), left + unsignedShort(bytes, at + 5)),
                Math.max(unsignedShort(bytes, 8), top + unsignedShort(bytes, at + 7)),
                left,
                top);
    }

    /** The frame on a white screen. */
    RgbImage onScreen(RgbImage frame) {
        if (frame.width() == screenWidth && frame.height() == screenHeight) {
            return frame;
        }
        byte[] samples = new byte[screenWidth * screenHeight * CHANNELS];
        Arrays.fill(samples, (byte) 255);
        int rowBytes = frame.width() * CHANNELS;
        for (int y = 0; y < frame.height(); y++) {
            int to = ((top + y) * screenWidth + left) * CHANNELS;
            System.arraycopy(frame.samples(), y * rowBytes, samples, to, rowBytes);
        }
        return new RgbImage(screenWidth, screenHeight, samples);
    }

    /** Bytes of the colour table that a packed field announces. */
    private static int tableBytes(byte[] bytes, int packedAt) throws ImageRejected {
        int packed = unsigned(bytes, packedAt);
        return (packed & 0x80) == 0 ? 0 : 3 << ((packed & 7) + 1);
    }

    private static int afterSubBlocks(byte[] bytes, int start) throws ImageRejected {
        int at = start;
        int length = unsigned(bytes, at);
        while (length > 0) {
            at += 1 + length;
            length = unsigned(bytes, at);
        }
        return at + 1;
    }

    private static int unsignedShort(byte[] bytes, int at) throws ImageRejected {
        return unsigned(bytes, at) | unsigned(bytes, at + 1) << 8;
    }

    private static int unsigned(byte[] bytes, int at) throws ImageRejected {
        if (at >= bytes.length) {
            throw new ImageRejected(RejectReason.TRUNCATED, "ends before its first frame does");
        }
        return bytes[at] & 0xff;
    }
}
