package io.github.marspark.data.image;

import static java.util.Map.entry;

import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import java.util.Map;
import java.util.Set;

/** How the first page of a TIFF file is stored, of which some ways are decoded here. */
final class TiffVariant {
    private static final int NEW_SUBFILE_TYPE = 254;
    private static final int REDUCED = 1;
    private static final int EXTRA_SAMPLES = 338;
    private static final int UNSPECIFIED = 0;
    private static final int DNG_VERSION = 50706;

    private static final int YCBCR = 6;
    private static final int NONE = 1;
    private static final Set<Integer> FAX = Set.of(2, 3, 4);

    /** The schemes of compression that are decoded. */
    private static final Set<Integer> DECODED = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946);

    private static final Map<Integer, String> OTHERS = Map.ofEntries(
            entry(9, "JBIG"),
            entry(10, "JBIG"),
            entry(32766, "NeXT"),
            entry(32771, "CCITT"),
            entry(32809, "ThunderScan"),
            entry(32908, "Pixar"),
            entry(32909, "Pixar"),
            entry(33003, "JPEG 2000"),
            entry(33005, "JPEG 2000"),
            entry(33007, "JPEG 2000"),
            entry(34661, "JBIG"),
            entry(34676, "SGI LogLuv"),
            entry(34677, "SGI LogLuv"),
            entry(34712, "JPEG 2000"),
            entry(34887, "LERC"),
            entry(34892, "lossy JPEG"),
            entry(34925, "LZMA"),
            entry(34933, "PNG"),
            entry(34934, "JPEG XR"),
            entry(50000, "Zstandard"),
            entry(50001, "WebP"),
            entry(50002, "JPEG XL"),
            entry(52546, "JPEG XL"));

    private final TiffPage page;
    private final int compression;

    TiffVariant(TiffPage page) {
        this.page = page;
        compression = (int) page.number(TIFF.TAG_COMPRESSION, NONE);
    }

    /** Accepts a page that is the image itself, stored in a way that we can decode. */
    void check() throws ImageRejected {
        if (!DECODED.contains(compression)) {
            throw unsupported("is a TIFF file with " + OTHERS.getOrDefault(compression, "unknown") + " compression ("
                    + compression + "); write it without compression, or as PNG");
        }
        long bits = page.number(TIFF.TAG_BITS_PER_SAMPLE, 1);
        if (bits < Byte.SIZE && page.number(TIFF.TAG_SAMPLES_PER_PIXEL, 1) > 1) {
            throw unsupported("is a TIFF file with several samples of " + bits + " bits");
        }
        if ((page.number(NEW_SUBFILE_TYPE, 0) & REDUCED) != 0 || page.has(DNG_VERSION)) {
            throw unsupported(
                    "is a camera's raw file, or another TIFF file that begins with a preview; develop it to JPEG or PNG");
        }
        checkStrips();
        if (compression == NONE) {
            checkBytes();
        }
    }

    /** Whether it is compressed as a fax is. */
    boolean isFax() {
        return FAX.contains(compression);
    }

    /** Whether its pixels have a further sample of which the file does not say that it is transparency. */
    boolean hasUnspecifiedSample() {
        return page.number(EXTRA_SAMPLES, -1) == UNSPECIFIED;
    }

    private void checkStrips() throws ImageRejected {
        long rows = page.number(TIFF.TAG_IMAGE_HEIGHT, 0);
        long rowsOfStrip = Math.min(rows, page.number(TIFF.TAG_ROWS_PER_STRIP, rows));
        long strips = page.numbers(TIFF.TAG_STRIP_OFFSETS).count();
        if (strips > 0 && rowsOfStrip > 0) {
            long needed = (rows + rowsOfStrip - 1) / rowsOfStrip * planes();
            if (strips != needed) {
                throw new ImageRejected(
                        RejectReason.CORRUPT,
                        "has " + strips + " strips of rows where its " + rows + " rows need " + needed);
            }
        }
    }

    /** Numbers of bytes that are not given, or zero, are no contradiction. */
    private void checkBytes() throws ImageRejected {
        long announced = page.numbers(TIFF.TAG_STRIP_BYTE_COUNTS).sum();
        long samples = page.number(TIFF.TAG_SAMPLES_PER_PIXEL, 1) / planes();
        long bits = page.number(TIFF.TAG_IMAGE_WIDTH, 0) * samples * page.number(TIFF.TAG_BITS_PER_SAMPLE, 1);
        long rows = page.number(TIFF.TAG_IMAGE_HEIGHT, 0) * planes();
        long needed = (bits + Byte.SIZE - 1) / Byte.SIZE * rows;
        if (announced != 0 && announced != needed && !isSubsampled()) {
            throw new ImageRejected(
                    RejectReason.CORRUPT, "announces " + announced + " bytes for its pixels, which have " + needed);
        }
    }

    /** One for all samples together, or one for each. */
    private long planes() {
        return page.number(TIFF.TAG_PLANAR_CONFIGURATION, 1) == 2 ? page.number(TIFF.TAG_SAMPLES_PER_PIXEL, 1) : 1;
    }

    private boolean isSubsampled() {
        return page.number(TIFF.TAG_PHOTOMETRIC_INTERPRETATION, 0) == YCBCR;
    }

    private static ImageRejected unsupported(String words) {
        return new ImageRejected(RejectReason.UNSUPPORTED, words);
    }
}
