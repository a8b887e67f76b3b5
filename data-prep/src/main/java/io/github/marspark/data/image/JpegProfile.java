package io.github.marspark.data.image;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The colour profile in the header of a JPEG file.
 *
 * @see <a href="https://www.color.org/specification/ICC.1-2022-05.pdf">ICC.1:2022, section 7.2 and annex B</a>
 */
final class JpegProfile {
    private static final String NAME = "ICC_PROFILE\0";
    private static final int PART_NUMBER = NAME.length();
    private static final int PROFILE = NAME.length() + 2;
    private static final int CLASS = PROFILE + 12;
    private static final int COLOR_SPACE = PROFILE + 16;
    private static final int HEADER_BYTES = 128;

    /** Profiles of devices and of colour spaces; the others lead from one device to the next, or change colours. */
    private static final List<String> CLASSES = List.of("scnr", "mntr", "prtr", "spac");

    private JpegProfile() {}

    /** Whether a segment holds a profile or a part of one. */
    static boolean isPart(JpegSegment segment) {
        return segment.marker() == JpegSegment.APP2 && segment.begins(NAME);
    }

    /** Whether a file's profile, if it has one, is for images of so many components. */
    static boolean fits(List<JpegSegment> header, int components) {
        return header.stream()
                .filter(segment -> isPart(segment) && segment.length() > PART_NUMBER && segment.at(PART_NUMBER) == 1)
                .findFirst()
                .map(segment -> fits(segment, components))
                .orElse(true);
    }

    private static boolean fits(JpegSegment first, int components) {
        return first.length() >= PROFILE + HEADER_BYTES
                && CLASSES.contains(letters(first, CLASS))
                && letters(first, COLOR_SPACE).equals(colorSpace(components));
    }

    private static String colorSpace(int components) {
        return switch (components) {
            case 1 -> "GRAY";
            case 3 -> "RGB ";
            case 4 -> "CMYK";
            default -> "none";
        };
    }

    private static String letters(JpegSegment segment, int at) {
        byte[] letters = new byte[4];
        for (int index = 0; index < letters.length; index++) {
            letters[index] = (byte) segment.at(at + index);
        }
        return new String(letters, StandardCharsets.ISO_8859_1);
    }
}
