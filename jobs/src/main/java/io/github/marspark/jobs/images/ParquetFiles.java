package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lpad;
import static org.apache.spark.sql.functions.replace;
import static org.apache.spark.sql.functions.substring;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;

/**
 * Makes the names of Parquet files of what {@code input_file_name} gives, in functions that run on a GPU; driver only.
 *
 * @param folder address of the folder that the names are relative to
 * @param start how many characters of a file's address, its escapes resolved, precede the name
 * @param escapes what stands for what in the addresses, that of the percent sign last
 */
record ParquetFiles(String folder, int start, Map<String, String> escapes) {
    private static final Pattern ESCAPES = Pattern.compile("(?:%[0-9A-F]{2})+");
    private static final String PERCENT = "%";
    private static final int ROW_DIGITS = 10;

    /**
     * Names relative to a place.
     *
     * @param root a folder, or the only file itself
     * @param addresses of the files in it, as Spark writes them
     */
    static ParquetFiles of(Path root, String... addresses) {
        Map<String, String> escapes = escapes(addresses);
        if (addresses.length == 0) {
            return new ParquetFiles(root + "/", 0, escapes);
        }
        String path = URI.create(addresses[0]).getPath();
        String top = root.toUri().getPath();
        Path folder = path.equals(top) ? root.getParent() : root;
        int beforePath =
                addresses[0].length() - URI.create(addresses[0]).getRawPath().length();
        String before = folder.toUri().getPath() + "/";
        return new ParquetFiles(folder + "/", beforePath + before.codePointCount(0, before.length()), escapes);
    }

    private static Map<String, String> escapes(String... addresses) {
        Map<String, String> escapes = new LinkedHashMap<>();
        Arrays.stream(addresses)
                .flatMap(address -> ESCAPES.matcher(address).results())
                .map(MatchResult::group)
                .flatMap(run -> text(run).codePoints().mapToObj(Character::toString))
                .filter(character -> !character.equals(PERCENT))
                .forEach(character -> escapes.put(escape(character), character));
        escapes.put(escape(PERCENT), PERCENT);
        return escapes;
    }

    private static String text(String escaped) {
        return new String(HexFormat.of().parseHex(escaped.replace(PERCENT, "")), StandardCharsets.UTF_8);
    }

    private static String escape(String character) {
        return HexFormat.of().withUpperCase().withPrefix(PERCENT).formatHex(character.getBytes(StandardCharsets.UTF_8));
    }

    /** The name of a file. */
    Column name(Column address) {
        Column resolved = address;
        for (Map.Entry<String, String> escape : escapes.entrySet()) {
            resolved = replace(resolved, lit(escape.getKey()), lit(escape.getValue()));
        }
        return substring(resolved, start + 1, Integer.MAX_VALUE);
    }

    /** The address of a file as Hadoop writes it. */
    Column path(Column name) {
        return concat(lit(folder), name);
    }

    /** The identity of a row. */
    static Column id(Column name, Column row) {
        return concat(name, lit("#"), lpad(row.cast("string"), ROW_DIGITS, "0"));
    }
}
