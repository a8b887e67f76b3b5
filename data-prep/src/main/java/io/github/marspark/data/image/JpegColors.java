package io.github.marspark.data.image;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the components of a JPEG file mean, by libjpeg's rule, and a header that leaves no doubt of it.
 *
 * <p>Three components are YCbCr if there is a JFIF marker. Else Adobe's marker decides, and without one the components'
 * letters: only {@code RGB} are red, green and blue. Four components are what Adobe's marker says, else CMYK. Java's
 * readers have other rules, so they are given the one marker that says it. A colour profile for other components than
 * those of the file is left out.
 *
 * @see <a href="https://github.com/libjpeg-turbo/libjpeg-turbo">libjpeg, {@code default_decompress_parms}</a>
 */
final class JpegColors {
    private static final String JFIF = "JFIF\0";
    private static final int JFIF_BYTES = 14;
    private static final String ADOBE = "Adobe";
    private static final int ADOBE_BYTES = 12;
    private static final int ADOBE_TRANSFORM = 11;
    /** Where a frame's segment gives the number of components; three bytes each follow, the first is a letter. */
    private static final int COMPONENTS = 5;

    private static final int NO_TRANSFORM = 0;
    private static final int YCCK = 2;
    private static final List<Integer> RGB_LETTERS = List.of((int) 'R', (int) 'G', (int) 'B');

    private static final byte[] JFIF_SEGMENT = {
        (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
    };
    private static final byte[] ADOBE_SEGMENT = {
        (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };

    private final byte[] file;
    private final List<JpegSegment> header;

    private JpegColors(byte[] file) {
        this.file = file;
        this.header = JpegSegment.header(file);
    }

    /** The file with markers that every decoder takes for the same. */
    static byte[] explicit(byte[] file) {
        JpegColors colors = new JpegColors(file);
        return colors.find(JpegColors::isWholeFrame).map(colors::explicit).orElse(file);
    }

    /** Accepts a file of the kinds that Java's readers know: they call others damaged. */
    static void checkKind(byte[] file) throws ImageRejected {
        for (JpegSegment segment : JpegSegment.header(file)) {
            if (segment.marker() == JpegSegment.JPEG_LS_FRAME) {
                throw ImageFormat.unsupported("JPEG-LS");
            }
            boolean lossless = segment.marker() == JpegSegment.LOSSLESS_FRAME;
            if (segment.isFrame() && !lossless && segment.length() > 0 && segment.at(0) > Byte.SIZE) {
                throw new ImageRejected(
                        RejectReason.UNSUPPORTED,
                        "is a JPEG file with samples of " + segment.at(0) + " bits; convert it to one with 8");
            }
        }
    }

    private byte[] explicit(JpegSegment frame) {
        int components = frame.at(COMPONENTS);
        byte[] meaning = switch (components) {
            case 3 -> isRgb(frame) ? adobe(NO_TRANSFORM) : JFIF_SEGMENT;
            case 4 -> adobe(isCmyk() ? NO_TRANSFORM : YCCK);
            default -> new byte[0];
        };
        boolean profile = JpegProfile.fits(header, components);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length + meaning.length);
        bytes.write(file, 0, 2);
        bytes.writeBytes(meaning);
        int rest = 2;
        for (JpegSegment segment : header) {
            boolean left = saysMeaning(segment) || (!profile && JpegProfile.isPart(segment));
            bytes.write(file, rest, (left ? segment.start() : segment.end()) - rest);
            rest = segment.end();
        }
        bytes.write(file, rest, file.length - rest);
        return bytes.toByteArray();
    }

    private boolean isRgb(JpegSegment frame) {
        if (find(JpegColors::isJfif).isPresent()) {
            return false;
        }
        return find(JpegColors::isAdobe)
                .map(adobe -> adobe.at(ADOBE_TRANSFORM) == NO_TRANSFORM)
                .orElse(RGB_LETTERS.equals(
                        List.of(frame.at(COMPONENTS + 1), frame.at(COMPONENTS + 4), frame.at(COMPONENTS + 7))));
    }

    private boolean isCmyk() {
        return find(JpegColors::isAdobe)
                .map(adobe -> adobe.at(ADOBE_TRANSFORM) == NO_TRANSFORM)
                .orElse(true);
    }

    private static boolean isWholeFrame(JpegSegment segment) {
        return segment.isFrame()
                && segment.length() > COMPONENTS
                && segment.length() > COMPONENTS + 3 * segment.at(COMPONENTS);
    }

    /** Also markers that are too short for libjpeg, and not for others. */
    private static boolean saysMeaning(JpegSegment segment) {
        return (segment.marker() == JpegSegment.APP0 && segment.begins(JFIF))
                || (segment.marker() == JpegSegment.APP14 && segment.begins(ADOBE));
    }

    private static boolean isJfif(JpegSegment segment) {
        return segment.marker() == JpegSegment.APP0 && segment.length() >= JFIF_BYTES && segment.begins(JFIF);
    }

    private static boolean isAdobe(JpegSegment segment) {
        return segment.marker() == JpegSegment.APP14 && segment.length() >= ADOBE_BYTES && segment.begins(ADOBE);
    }

    private static byte[] adobe(int transform) {
        byte[] segment = ADOBE_SEGMENT.clone();
        segment[segment.length - 1] = (byte) transform;
        return segment;
    }

    /** The last segment of a kind, as libjpeg goes by the last one. */
    private Optional<JpegSegment> find(Predicate<JpegSegment> kind) {
        return header.stream().filter(kind).reduce((first, second) -> second);
    }
}
