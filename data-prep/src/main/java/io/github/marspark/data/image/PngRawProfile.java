package io.github.marspark.data.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.InflaterInputStream;

/**
 * Exif data as text in a PNG file, the way ImageMagick wrote them before there was a chunk for them: an empty line, the
 * profile's name, its length, and hexadecimal digits.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11textinfo">PNG, section 11.3.3</a>
 */
final class PngRawProfile {
    private static final byte[] KEYWORD = "Raw profile type exif\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int LINES_BEFORE_DIGITS = 3;
    private static final int MOST_BYTES = 1 << 24;

    private static final int PLAIN_TEXT = 0x74455874;
    private static final int COMPRESSED_TEXT = 0x7a545874;
    private static final int INTERNATIONAL_TEXT = 0x69545874;

    private PngRawProfile() {}

    /** Whether these data, if they are a text, are Exif data. */
    static boolean isExif(byte[] file, int from, int to) {
        return to - from > KEYWORD.length
                && Arrays.equals(file, from, from + KEYWORD.length, KEYWORD, 0, KEYWORD.length);
    }

    /**
     * The Exif data of a chunk.
     *
     * @throws IOException if its text cannot be decompressed
     * @throws IllegalArgumentException if its text is not that of a profile
     */
    static Optional<byte[]> exif(int type, byte[] data) throws IOException {
        int at = KEYWORD.length;
        return switch (type) {
            case PLAIN_TEXT -> Optional.of(decoded(Arrays.copyOfRange(data, at, data.length)));
            case COMPRESSED_TEXT -> Optional.of(decoded(inflated(data, at + 1)));
            case INTERNATIONAL_TEXT -> Optional.of(decoded(international(data, at)));
            default -> Optional.empty();
        };
    }

    /** After a flag and a method come a language and a translated keyword, both ended by a zero byte. */
    private static byte[] international(byte[] data, int at) throws IOException {
        int text = at + 2;
        for (int zeros = 0; zeros < 2 && text < data.length; text++) {
            zeros += data[text] == 0 ? 1 : 0;
        }
        return data[at] == 0 ? Arrays.copyOfRange(data, text, data.length) : inflated(data, text);
    }

    private static byte[] inflated(byte[] data, int from) throws IOException {
        try (InputStream stream = new InflaterInputStream(new ByteArrayInputStream(data, from, data.length - from))) {
            return stream.readNBytes(MOST_BYTES);
        }
    }

    private static byte[] decoded(byte[] text) {
        String digits = new String(text, StandardCharsets.ISO_8859_1)
                .lines()
                .skip(LINES_BEFORE_DIGITS)
                .collect(Collectors.joining());
        return HexFormat.of().parseHex(digits.strip());
    }
}
