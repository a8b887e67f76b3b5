package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.replace;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;

/**
 * Resolves escapes such as {@code %20} in some texts that are known before, by functions that run on a GPU; driver only.
 *
 * @param characters what stands for what in the texts, that of the percent sign last
 */
record UrlEscapes(Map<String, String> characters) {
    private static final Pattern RUNS = Pattern.compile("(?:%[0-9A-F]{2})+");
    private static final String PERCENT = "%";

    /** The escapes of some texts. */
    static UrlEscapes in(Stream<String> texts) {
        Map<String, String> characters = new LinkedHashMap<>();
        texts.flatMap(text -> RUNS.matcher(text).results())
                .map(MatchResult::group)
                .flatMap(run -> text(run).codePoints().mapToObj(Character::toString))
                .filter(character -> !character.equals(PERCENT))
                .forEach(character -> characters.put(escape(character), character));
        characters.put(escape(PERCENT), PERCENT);
        return new UrlEscapes(characters);
    }

    private static String text(String run) {
        return new String(HexFormat.of().parseHex(run.replace(PERCENT, "")), StandardCharsets.UTF_8);
    }

    private static String escape(String character) {
        return HexFormat.of().withUpperCase().withPrefix(PERCENT).formatHex(character.getBytes(StandardCharsets.UTF_8));
    }

    /** One of the texts without escapes. */
    Column resolved(Column text) {
        Column resolved = text;
        for (Map.Entry<String, String> escape : characters.entrySet()) {
            resolved = replace(resolved, lit(escape.getKey()), lit(escape.getValue()));
        }
        return resolved;
    }
}
