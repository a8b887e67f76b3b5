package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import io.github.marspark.jobs.images.SourceImage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The images of a collection as they were listed once; driver only.
 *
 * @param rows of {@link SourceImage#SCHEMA}
 * @param size how many rows there are
 * @param digest hexadecimal digits that change with any row, whatever the rows' order
 */
record Listing(Dataset<Row> rows, long size, String digest) {
    private static final int HALF = 32;
    private static final long LOWER_HALF = (1L << HALF) - 1;

    /** Measures rows that stay as they are. */
    static Listing of(Dataset<Row> rows) {
        Row sums = sums(rows).head();
        StringBuilder digest = new StringBuilder();
        for (int index = 1; index < sums.length(); index++) {
            digest.append("%016x".formatted(sums.getLong(index)));
        }
        return new Listing(rows, sums.getLong(0), digest.toString());
    }

    /** How many rows there are, and sums of two hashes of them: of each the upper and the lower halves. */
    static Dataset<Row> sums(Dataset<Row> rows) {
        List<Column> sums = new ArrayList<>();
        for (int salt = 1; salt <= 2; salt++) {
            sums.add(total(shiftright(hash(salt), HALF)));
            sums.add(total(hash(salt).bitwiseAND(LOWER_HALF)));
        }
        return rows.agg(count(lit(1)), sums.toArray(Column[]::new));
    }

    private static Column total(Column halves) {
        return coalesce(sum(halves), lit(0L));
    }

    private static Column hash(int salt) {
        Column[] columns = Stream.concat(
                        Stream.of(lit(salt)),
                        Stream.of("id", "offset", "length", "modified", "label", "problem")
                                .map(name -> col(name)))
                .toArray(Column[]::new);
        return xxhash64(columns);
    }
}
