package io.github.marspark.data.image;

import java.util.Arrays;

/**
 * Counts the pixels that the LZW codes of a GIF frame stand for. Java's reader leaves black what has no code.
 *
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a, appendix F</a>
 */
final class GifCodes {
    private static final int MOST_BITS = 12;
    private static final int MOST_LITERAL_BITS = 8;

    private final int clear;
    private final int[] lengths = new int[1 << MOST_BITS];
    private int next;
    private int width;
    private int previous;

    private GifCodes(int literalBits) {
        clear = 1 << literalBits;
        Arrays.fill(lengths, 0, clear, 1);
        reset();
    }

    /** Accepts codes, from the byte that gives their first size on, for so many pixels. */
    static void check(byte[] bytes, int start, long pixels) throws ImageRejected {
        int literalBits = GifSubBlocks.unsigned(bytes, start);
        if (literalBits < 1 || literalBits > MOST_LITERAL_BITS) {
            throw new ImageRejected(RejectReason.CORRUPT, "has a first frame with colours of " + literalBits + " bits");
        }
        long found = new GifCodes(literalBits).count(new GifSubBlocks(bytes, start + 1), pixels);
        if (found < pixels) {
            throw new ImageRejected(
                    RejectReason.TRUNCATED,
                    "ends before its first frame does: it has codes for " + found + " of " + pixels + " pixels");
        }
        if (found > pixels) {
            throw new ImageRejected(
                    RejectReason.CORRUPT, "has codes for more than the " + pixels + " pixels of its first frame");
        }
    }

    /** Counts up to the end of the codes, or to where they are too many. */
    private long count(GifSubBlocks codes, long pixels) throws ImageRejected {
        long found = 0;
        while (found <= pixels) {
            int code = codes.next(width);
            if (code < 0 || code == clear + 1) {
                return found;
            }
            if (code == clear) {
                reset();
            } else {
                found += pixels(code);
            }
        }
        return found;
    }

    private void reset() {
        next = clear + 2;
        width = Integer.numberOfTrailingZeros(clear) + 1;
        previous = -1;
    }

    /** How many pixels a code stands for, which also defines the next one. */
    private int pixels(int code) throws ImageRejected {
        boolean known = code < next;
        if (!known && (code > next || previous < 0)) {
            throw new ImageRejected(RejectReason.CORRUPT, "has a first frame with a code that was never defined");
        }
        if (previous >= 0 && next < lengths.length) {
            lengths[next++] = lengths[previous] + 1;
            if (next == 1 << width && width < MOST_BITS) {
                width++;
            }
        }
        previous = code;
        return lengths[code];
    }
}
