package io.github.marspark.data.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** File formats that are decoded, told apart by their first bytes and never by the file's name. */
enum ImageFormat {
    JPEG("JPEG"),
    PNG("PNG"),
    GIF("GIF"),
    BMP("BMP"),
    TIFF("TIFF"),
    WEBP("WebP");

    private static final Map<String, String> FOREIGN = Map.of(
            "????ftyp", "an HEIF, AVIF or video file",
            "\u0000\u0000\u0000\fJXL ", "a JPEG XL file",
            "\u00ff\n", "a JPEG XL file",
            "\u0000\u0000\u0000\fjP  ", "a JPEG 2000 file",
            "8BPS", "a Photoshop file",
            "%PDF", "a PDF file",
            "<svg", "an SVG file");

    private static final int SHOWN_BYTES = 8;

    private final String title;

    ImageFormat(String title) {
        this.title = title;
    }

    /** The format as people write it. */
    String title() {
        return title;
    }

    /**
     * Recognises a format.
     *
     * @param bytes the whole file
     * @return its format
     * @throws ImageRejected if there are no bytes, or they begin like no format decoded here
     */
    static ImageFormat of(byte[] bytes) throws ImageRejected {
        if (bytes.length == 0) {
            throw new ImageRejected(RejectReason.EMPTY, "is empty");
        }
        for (ImageFormat format : values()) {
            if (format.signatures().stream().anyMatch(signature -> begins(bytes, signature))) {
                return format;
            }
        }
        throw unknown(bytes);
    }

    private static ImageRejected unknown(byte[] bytes) {
        for (Map.Entry<String, String> foreign : FOREIGN.entrySet()) {
            if (begins(bytes, foreign.getKey())) {
                return new ImageRejected(
                        RejectReason.UNSUPPORTED, "is " + foreign.getValue() + "; convert it to JPEG, PNG or WebP");
            }
        }
        return new ImageRejected(
                RejectReason.NOT_AN_IMAGE,
                "begins with " + shown(bytes) + ", like no JPEG, PNG, GIF, BMP, TIFF or WebP file");
    }

    /** First bytes as characters; a question mark stands for any byte. */
    private List<String> signatures() {
        return switch (this) {
            case JPEG -> List.of("\u00ff\u00d8\u00ff");
            case PNG -> List.of("\u0089PNG\r\n\u001a\n");
            case GIF -> List.of("GIF87a", "GIF89a");
            case BMP -> List.of("BM");
            case TIFF -> List.of("II*\0", "MM\0*", "II+\0", "MM\0+");
            case WEBP -> List.of("RIFF????WEBP");
        };
    }

    private static boolean begins(byte[] bytes, String signature) {
        if (bytes.length < signature.length()) {
            return false;
        }
        for (int at = 0; at < signature.length(); at++) {
            if (signature.charAt(at) != '?' && signature.charAt(at) != (bytes[at] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static String shown(byte[] bytes) {
        byte[] start = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES));
        String text = new String(start, StandardCharsets.ISO_8859_1).replaceAll("[^\\x20-\\x7e]", ".");
        return HexFormat.ofDelimiter(" ").formatHex(start) + " (" + text + ")";
    }
}
