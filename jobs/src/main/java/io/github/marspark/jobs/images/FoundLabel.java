package io.github.marspark.jobs.images;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.data.latent.LatentHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A label as it was written for an image: a number, the name of a class, or something that is neither.
 *
 * @param number from -1, which says that there is none; -1, too, if it is a name
 * @param name of a class, null if it is a number
 * @param problem why it cannot be read, null if it can
 */
record FoundLabel(
        int number, @Nullable String name, @Nullable String problem) {
    /** Columns of tables and fields of JSON that hold labels, the likeliest first. */
    static final List<String> FIELDS = List.of(
            "label",
            "labels",
            "cls",
            "class",
            "class_id",
            "class_index",
            "class_label",
            "label_id",
            "fine_label",
            "coarse_label",
            "target",
            "category",
            "category_id");

    /** Whole, perhaps with a sign, perhaps written as a fraction of zeros. */
    static final String WHOLE_NUMBER = "[+-]?[0-9]{1,18}(\\.0*)?";

    private static final Pattern WHOLE = Pattern.compile(WHOLE_NUMBER);
    private static final Pattern NUMERIC =
            Pattern.compile("(?i)[+-]?([0-9][0-9_]*\\.?[0-9]*|\\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(nan|inf|infinity)");
    private static final int LONGEST_NAME = 256;
    private static final String BYTE_ORDER_MARK = "\ufeff";

    /** Reads what Python writes, which has not-a-numbers, and what editors add; refuses the same key twice. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** A class by its number. */
    static FoundLabel ofNumber(long number) {
        int kept = (int) Math.max(LatentHeader.UNLABELLED, Math.min(number, Integer.MAX_VALUE));
        return new FoundLabel(kept, null, null);
    }

    private static FoundLabel problem(String words) {
        return new FoundLabel(LatentHeader.UNLABELLED, null, words);
    }

    /** A text that is too long to be a label. */
    static FoundLabel tooLong(long bytes, long most) {
        return problem("has %d bytes, more than the %d that are read for a label".formatted(bytes, most));
    }

    /** What a text says, as {@code .cls} files hold it. */
    static FoundLabel ofText(byte[] bytes) {
        String text = decoded(bytes);
        return text.isEmpty() ? problem("is empty") : ofText(text);
    }

    private static FoundLabel ofText(String text) {
        if (WHOLE.matcher(text).matches()) {
            return ofNumber(Long.parseLong(text.replaceFirst("\\..*", "").replaceFirst("^\\+", "")));
        }
        if (NUMERIC.matcher(text).matches()) {
            return problem("says " + shortened(text) + ", which is no number of a class");
        }
        return text.length() > LONGEST_NAME || !text.chars().noneMatch(Character::isISOControl)
                ? problem("says " + shortened(text) + ", which is neither a number nor a name")
                : new FoundLabel(LatentHeader.UNLABELLED, text, null);
    }

    /** What a text says that may be a caption as well: a label only if it is a whole number. */
    static Optional<FoundLabel> ofCaption(byte[] bytes) {
        String text = decoded(bytes);
        return WHOLE.matcher(text).matches() ? Optional.of(ofText(text)) : Optional.empty();
    }

    /**
     * What JSON says.
     *
     * @param bytes of it
     * @param field that holds the label, empty for any of {@link #FIELDS}
     * @return nothing if there is no such field, or null in it
     */
    static Optional<FoundLabel> ofJson(byte[] bytes, String field) {
        try {
            JsonNode json = JSON.readTree(bytes);
            List<String> fields = field.isEmpty() ? FIELDS : List.of(field);
            return fields.stream()
                    .map(json::path)
                    .filter(value -> !value.isMissingNode() && !value.isNull())
                    .findFirst()
                    .or(() -> Optional.of(json).filter(JsonNode::isValueNode))
                    .map(FoundLabel::ofNode);
        } catch (IOException broken) {
            return Optional.of(problem("is broken JSON"));
        }
    }

    private static FoundLabel ofNode(JsonNode node) {
        if (node.isNumber() || node.isTextual()) {
            return node.asText().isBlank()
                    ? problem("has an empty label")
                    : ofText(node.asText().strip());
        }
        return problem("has the label " + shortened(node.toString()) + ", which is neither a number nor a name");
    }

    private static String decoded(byte[] bytes) {
        String text = new String(bytes, charset(bytes));
        return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).strip();
    }

    /** UTF-8, unless a byte-order mark says UTF-16, which some systems' editors and shells write. */
    private static Charset charset(byte[] bytes) {
        int mark = bytes.length < 2 ? 0 : ByteBuffer.wrap(bytes).getShort() & 0xFFFF;
        return mark == 0xFEFF || mark == 0xFFFE ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }

    private static String shortened(String text) {
        String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        return '"' + shown.replaceAll("\\p{Cntrl}", " ") + '"';
    }
}
