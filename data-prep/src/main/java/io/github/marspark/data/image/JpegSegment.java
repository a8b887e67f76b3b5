package io.github.marspark.data.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment of a JPEG file's header.
 *
 * @param file that it lies in
 * @param marker second byte of its marker
 * @param start where its marker begins
 * @param end where what follows it begins
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 */
record JpegSegment(byte[] file, int marker, int start, int end) {
    static final int APP0 = 0xe0;
    static final int APP2 = 0xe2;
    static final int APP14 = 0xee;
    static final int LOSSLESS_FRAME = 0xc3;
    static final int JPEG_LS_FRAME = 0xf7;

    private static final int START_OF_SCAN = 0xda;
    private static final int TEMPORARY = 0x01;
    private static final int FIRST_RESTART = 0xd0;
    private static final int LAST_RESTART = 0xd7;
    private static final int FIRST_FRAME = 0xc0;
    private static final int LAST_FRAME = 0xcf;
    private static final List<Integer> TABLES_AMONG_FRAMES = List.of(0xc4, 0xc8, 0xcc);

    /** The segments before the first scan; fewer if the header is damaged. Bytes between them are passed over. */
    static List<JpegSegment> header(byte[] file) {
        List<JpegSegment> segments = new ArrayList<>();
        int at = 2;
        while (at + 4 <= file.length && !isMarker(file, at, START_OF_SCAN)) {
            if (!beginsSegment(file, at)) {
                at++;
                continue;
            }
            int end = at + 2 + (unsigned(file, at + 2) << 8 | unsigned(file, at + 3));
            if (end < at + 4 || end > file.length) {
                break;
            }
            segments.add(new JpegSegment(file, unsigned(file, at + 1), at, end));
            at = end;
        }
        return segments;
    }

    private static boolean isMarker(byte[] file, int at, int marker) {
        return unsigned(file, at) == 0xff && unsigned(file, at + 1) == marker;
    }

    /** Whether a marker with data is here, and not one without, a byte that fills, or nothing of the kind. */
    private static boolean beginsSegment(byte[] file, int at) {
        int marker = unsigned(file, at + 1);
        boolean alone = marker == TEMPORARY || (marker >= FIRST_RESTART && marker <= LAST_RESTART);
        return unsigned(file, at) == 0xff && marker != 0 && marker != 0xff && !alone;
    }

    /** Whether the data begin with a text of ASCII letters. */
    boolean begins(String text) {
        return length() >= text.length()
                && new String(file, start + 4, text.length(), StandardCharsets.ISO_8859_1).equals(text);
    }

    /** Whether this one describes the frame: its size and components. */
    boolean isFrame() {
        return marker >= FIRST_FRAME && marker <= LAST_FRAME && !TABLES_AMONG_FRAMES.contains(marker);
    }

    /** Bytes of the data, after marker and length. */
    int length() {
        return end - start - 4;
    }

    /** One byte of the data. */
    int at(int index) {
        return unsigned(file, start + 4 + index);
    }

    private static int unsigned(byte[] file, int at) {
        return file[at] & 0xff;
    }
}
