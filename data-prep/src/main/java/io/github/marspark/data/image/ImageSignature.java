package io.github.marspark.data.image;

/** Tells images from other data by their first bytes, where no name says what a file is. */
public final class ImageSignature {
    /** How many bytes are enough. */
    public static final int BYTES = 32;

    private static final int RESERVED_FROM = 6;
    private static final int RESERVED_TO = 10;

    private ImageSignature() {}

    /**
     * Whether bytes begin like a file of a format that is decoded. Two letters, all that a bitmap begins with, may be
     * the beginning of any text, so the zeros that follow its length are looked at, too.
     *
     * @param start the first bytes of a file, {@link #BYTES} if it has as many
     * @return whether it is to be taken for an image
     */
    public static boolean isOfImage(byte[] start) {
        try {
            return ImageFormat.of(start) != ImageFormat.BMP || hasReservedZeros(start);
        } catch (ImageRejected unknown) {
            return false;
        }
    }

    private static boolean hasReservedZeros(byte[] start) {
        for (int at = RESERVED_FROM; at < RESERVED_TO; at++) {
            if (at >= start.length || start[at] != 0) {
                return false;
            }
        }
        return true;
    }
}
