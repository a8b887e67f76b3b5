package io.github.marspark.data.image;

import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The tags of the first page of a TIFF file, or of the structure like one that holds Exif data. */
final class TiffPage {
    private final Directory tags;

    private TiffPage(Directory tags) {
        this.tags = tags;
    }

    /** Reads the tags of the first page. */
    static TiffPage of(byte[] bytes) throws IOException {
        Directory all = new TIFFReader().read(new ImageBytes(bytes));
        return new TiffPage(all instanceof CompoundDirectory pages ? pages.getDirectory(0) : all);
    }

    /** The orientation that its tag gives. */
    Orientation orientation() {
        return Orientation.ofTag((int) number(TIFF.TAG_ORIENTATION, 0));
    }

    boolean has(int tag) {
        return tags.getEntryById(tag) != null;
    }

    /** The first number of a tag, or another one if there is none. */
    long number(int tag, long otherwise) {
        return numbers(tag).findFirst().orElse(otherwise);
    }

    /** The numbers of a tag. */
    LongStream numbers(int tag) {
        Entry entry = tags.getEntryById(tag);
        Object value = entry == null ? null : entry.getValue();
        if (value != null && value.getClass().isArray()) {
            return IntStream.range(0, Array.getLength(value))
                    .mapToObj(index -> Array.get(value, index))
                    .filter(Number.class::isInstance)
                    .mapToLong(number -> ((Number) number).longValue());
        }
        return value instanceof Number number ? LongStream.of(number.longValue()) : LongStream.empty();
    }
}
