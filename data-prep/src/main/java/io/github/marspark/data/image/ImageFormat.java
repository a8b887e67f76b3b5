package io.github.marspark.data.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** File formats that are decoded, told apart by their first bytes and never by the file's name. */
enum ImageFormat {
    JPEG("JPEG"),
    PNG("PNG"),
    GIF("GIF"),
    BMP("BMP"),
    TIFF("TIFF"),
    WEBP("WebP");

    private static final int SHOWN_BYTES = 8;

    private final String title;

    ImageFormat(String title) {
        this.title = title;
    }

    /** The format as people write it. */
    String title() {
        return title;
    }

    /** How the names of its files end, in lower case, without the dot. */
    Set<String> endings() {
        return switch (this) {
            case JPEG -> Set.of("jpg", "jpeg", "jpe", "jfif", "jif");
            case PNG -> Set.of("png", "apng");
            case GIF -> Set.of("gif");
            case BMP -> Set.of("bmp", "dib");
            case TIFF -> Set.of("tif", "tiff");
            case WEBP -> Set.of("webp");
        };
    }

    private Stream<Signature> signatures() {
        return switch (this) {
            case JPEG -> Stream.of("\u00ff\u00d8\u00ff").map(Signature::new);
            case PNG -> Stream.of("\u0089PNG\r\n\u001a\n").map(Signature::new);
            case GIF -> Stream.of("GIF87a", "GIF89a").map(Signature::new);
            case BMP -> Stream.of("BM").map(Signature::new);
            case TIFF -> Stream.of("II*\0", "MM\0*", "II+\0", "MM\0+").map(Signature::new);
            case WEBP -> Stream.of("RIFF????WEBP").map(Signature::new);
        };
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
        Optional<String> foreign = ForeignFormat.titleOf(bytes);
        if (foreign.isPresent()) {
            throw unsupported(foreign.get());
        }
        for (ImageFormat format : values()) {
            if (format.signatures().anyMatch(signature -> signature.begins(bytes))) {
                return format;
            }
        }
        throw ForeignContent.of(bytes).map(ImageFormat::unsupported).orElseGet(() -> unknown(bytes));
    }

    /** What is said of a file of a format that is not decoded. */
    static ImageRejected unsupported(String format) {
        return new ImageRejected(
                RejectReason.UNSUPPORTED,
                "is a file of the format " + format
                        + ", which cannot be decoded here; convert it to JPEG, PNG or WebP");
    }

    private static ImageRejected unknown(byte[] bytes) {
        return new ImageRejected(
                RejectReason.NOT_AN_IMAGE,
                "begins with " + shown(bytes) + ", like no JPEG, PNG, GIF, BMP, TIFF or WebP file");
    }

    private static String shown(byte[] bytes) {
        byte[] start = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES));
        String text = new String(start, StandardCharsets.ISO_8859_1).replaceAll("[^\\x20-\\x7e]", ".");
        return HexFormat.ofDelimiter(" ").formatHex(start) + " (" + text + ")";
    }
}
