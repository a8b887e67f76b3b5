package io.github.marspark.data.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Recognises the image formats that begin with more than a signature, or with none. */
final class ForeignContent {
    private static final List<String> AVIF_BRANDS = List.of("avif", "avis");
    private static final List<String> HEIF_BRANDS =
            List.of("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1", "mif2");
    private static final List<String> RAW_BRANDS = List.of("crx ");
    private static final int BRAND_BYTES = 4;

    private static final int TEXT_BYTES = 4096;
    private static final String NETPBM = "P[1-6]\\s+(#[^\\n]*\\n\\s*)*\\d+\\s.*";
    private static final String SVG = "\\s*<(svg[\\s>]|(\\?xml|!--|!DOCTYPE svg).*<svg[\\s>]).*";
    private static final String XBM = "\\s*(/\\*.*\\*/\\s*)?#define\\s+\\S*width\\s+\\d+\\s.*";

    private static final String TARGA_END = "TRUEVISION-XFILE.\0";
    private static final int TARGA_HEADER_BYTES = 18;

    private ForeignContent() {}

    static Optional<String> of(byte[] file) {
        Optional<String> media = ofBrands(brands(file));
        if (media.isPresent()) {
            return media;
        }
        String text = text(file, 0, TEXT_BYTES).replaceFirst("^\u00ef\u00bb\u00bf", "");
        if (text.matches("(?s)" + NETPBM)) {
            return Optional.of("PBM, PGM or PPM");
        }
        if (text.matches("(?s)" + SVG)) {
            return Optional.of("SVG");
        }
        if (text.matches("(?s)" + XBM)) {
            return Optional.of("XBM");
        }
        if (isIcon(file)) {
            return Optional.of("ICO or CUR");
        }
        return isTarga(file) ? Optional.of("TGA") : Optional.empty();
    }

    private static Optional<String> ofBrands(List<String> brands) {
        if (!Collections.disjoint(brands, AVIF_BRANDS)) {
            return Optional.of("AVIF");
        }
        if (!Collections.disjoint(brands, HEIF_BRANDS)) {
            return Optional.of("HEIF");
        }
        return Collections.disjoint(brands, RAW_BRANDS) ? Optional.empty() : Optional.of("camera raw");
    }

    /** What an ISO media file says that it is: a box of the type {@code ftyp} with brands of four letters each. */
    private static List<String> brands(byte[] file) {
        List<String> brands = new ArrayList<>();
        if (!text(file, BRAND_BYTES, 2 * BRAND_BYTES).equals("ftyp")) {
            return brands;
        }
        int end = Math.min((file[2] & 0xff) << Byte.SIZE | (file[3] & 0xff), file.length);
        for (int at = 2 * BRAND_BYTES; at + BRAND_BYTES <= end; at += BRAND_BYTES) {
            brands.add(text(file, at, at + BRAND_BYTES));
        }
        return brands;
    }

    /** Zero, kind and number of the pictures, which is not zero as at this place of TGA files. */
    private static boolean isIcon(byte[] file) {
        return List.of("\0\0\1\0", "\0\0\2\0").contains(text(file, 0, 4))
                && !List.of("", "\0", "\0\0").contains(text(file, 4, 6));
    }

    /** A newer file says so at its end; an older one has only a header whose fields agree with each other. */
    private static boolean isTarga(byte[] file) {
        if (file.length < TARGA_HEADER_BYTES) {
            return false;
        }
        boolean palette = file[1] == 1
                && (file[2] == 1 || file[2] == 9)
                && List.of(15, 16, 24, 32).contains((int) file[7]);
        boolean plain = file[1] == 0
                && List.of(2, 3, 10, 11).contains((int) file[2])
                && text(file, 3, 8).equals("\0\0\0\0\0");
        boolean depth = List.of(8, 15, 16, 24, 32).contains((int) file[16]);
        boolean size = (file[12] | file[13]) != 0 && (file[14] | file[15]) != 0;
        return text(file, file.length - TARGA_END.length(), file.length).equals(TARGA_END)
                || ((palette || plain) && depth && size);
    }

    private static String text(byte[] file, int from, int to) {
        return from > file.length
                ? ""
                : new String(Arrays.copyOfRange(file, from, Math.min(to, file.length)), StandardCharsets.ISO_8859_1);
    }
}
