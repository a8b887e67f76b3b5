package io.github.marspark.data.image;

import static java.util.Map.entry;

import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** The tags of the first page of a TIFF file, or of the structure like one that holds Exif data. */
final class TiffPage {
    private static final int NEW_SUBFILE_TYPE = 254;
    private static final int REDUCED = 1;
    private static final int EXTRA_SAMPLES = 338;
    private static final int UNSPECIFIED = 0;
    private static final int DNG_VERSION = 50706;

    /** The schemes of compression that are decoded; the first is none. */
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

    private final Directory tags;

    private TiffPage(Directory tags) {
        this.tags = tags;
    }

    /** Reads the tags of the first page. */
    static TiffPage of(byte[] bytes) throws IOException {
        Directory all = new TIFFReader().read(new ImageBytes(bytes));
        return new TiffPage(all instanceof CompoundDirectory pages ? pages.getDirectory(0) : all);
    }

    /** Accepts a page that is the image itself, stored in a way that we can decode. */
    void check() throws ImageRejected {
        int compression = number(TIFF.TAG_COMPRESSION).orElse(1);
        if (!DECODED.contains(compression)) {
            throw new ImageRejected(
                    RejectReason.UNSUPPORTED,
                    "is a TIFF file with " + OTHERS.getOrDefault(compression, "unknown") + " compression ("
                            + compression + "); write it without compression, or as PNG");
        }
        int bits = number(TIFF.TAG_BITS_PER_SAMPLE).orElse(1);
        if (bits < Byte.SIZE && number(TIFF.TAG_SAMPLES_PER_PIXEL).orElse(1) > 1) {
            throw new ImageRejected(RejectReason.UNSUPPORTED, "is a TIFF file with several samples of " + bits + " bits");
        }
        boolean preview = (number(NEW_SUBFILE_TYPE).orElse(0) & REDUCED) != 0;
        if (preview || tags.getEntryById(DNG_VERSION) != null) {
            throw new ImageRejected(
                    RejectReason.UNSUPPORTED,
                    "is a camera's raw file, or another TIFF file that begins with a preview; develop it to JPEG or PNG");
        }
    }

    /** Whether its pixels have a further sample of which the file does not say that it is transparency. */
    boolean hasUnspecifiedSample() {
        return number(EXTRA_SAMPLES).orElse(-1) == UNSPECIFIED;
    }

    /** The orientation that its tag gives. */
    Orientation orientation() {
        OptionalInt value = number(TIFF.TAG_ORIENTATION);
        return value.isPresent() ? Orientation.ofTag(value.getAsInt()) : Orientation.NORMAL;
    }

    /** The value of a tag, or the first of its values. */
    private OptionalInt number(int tag) {
        Entry entry = tags.getEntryById(tag);
        Object value = entry == null ? null : entry.getValue();
        Object first = value != null && value.getClass().isArray() && Array.getLength(value) > 0
                ? Array.get(value, 0)
                : value;
        return first instanceof Number number ? OptionalInt.of(number.intValue()) : OptionalInt.empty();
    }
}
