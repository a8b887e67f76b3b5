package io.github.marspark.data.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/** Collects what decoders only warn of, to tell missing or invented pixels from odd metadata. */
final class DecoderWarnings implements IIOReadWarningListener {
    /** libjpeg fills what is missing with grey and goes on. */
    private static final List<String> TRUNCATED = List.of("truncated file", "premature end");

    /** libjpeg, and Java's reader of fax codes, guess and go on. "Extraneous bytes before marker" is not among them: no pixel depends on those. */
    private static final List<String> CORRUPT = List.of(
            "bad huffman code",
            "instead of rst",
            "inconsistent progression",
            "error 0",
            "error 1",
            "error 2",
            "terminating code",
            "no reference line");

    private final List<String> warnings = new ArrayList<>();

    @Override
    public void warningOccurred(ImageReader source, String warning) {
        warnings.add(warning);
    }

    /** Rejects the image if a warning means that its pixels are not all there. */
    void check() throws ImageRejected {
        for (String warning : warnings) {
            if (hasOneOf(warning, TRUNCATED)) {
                throw new ImageRejected(RejectReason.TRUNCATED, "ends before its image does: " + warning);
            }
            if (hasOneOf(warning, CORRUPT)) {
                throw new ImageRejected(RejectReason.CORRUPT, "is damaged: " + warning);
            }
        }
    }

    private static boolean hasOneOf(String warning, List<String> phrases) {
        return phrases.stream().anyMatch(warning.toLowerCase(Locale.ROOT)::contains);
    }
}
