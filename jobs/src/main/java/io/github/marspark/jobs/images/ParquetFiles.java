package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lpad;
import static org.apache.spark.sql.functions.substring;

import java.net.URI;
import java.util.Arrays;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;

/**
 * Makes the names of Parquet files of what {@code input_file_name} gives, in functions that run on a GPU; driver only.
 *
 * @param folder address of the folder that the names are relative to
 * @param start how many characters of a file's address, its escapes resolved, precede the name
 * @param escapes in the addresses
 */
record ParquetFiles(String folder, int start, UrlEscapes escapes) {
    private static final int ROW_DIGITS = 10;

    /**
     * Names relative to a place.
     *
     * @param root a folder, or the only file itself
     * @param addresses of the files in it, as Spark writes them
     */
    static ParquetFiles of(Path root, String... addresses) {
        UrlEscapes escapes = UrlEscapes.in(Arrays.stream(addresses));
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

    /** The name of a file. */
    Column name(Column address) {
        return substring(escapes.resolved(address), start + 1, Integer.MAX_VALUE);
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
