package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.apache.spark.sql.functions.sum;

import io.github.marspark.jobs.images.SourceImage;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Numbers images in the order of their ids and assigns them to latent files, without a single task that sees them all. */
final class Ranking {
    /** The place of an image in the order of ids, from 0. */
    static final String RANK = "rank";

    /** The number of the latent file that an image belongs to. */
    static final String FILE = "file";

    private static final String PART = "part";
    private static final String SERIAL = "serial";
    private static final String FIRST = "first";
    private static final String BEFORE = "before";

    private Ranking() {}

    /**
     * Sorts images. How the rows are cut into parts differs from run to run, so the result is to be kept before it is
     * numbered.
     *
     * @param images rows of {@link SourceImage#SCHEMA}
     * @return the rows with their part and a number that counts up within it, wherever it begins
     */
    static Dataset<Row> ordered(Dataset<Row> images) {
        return images.orderBy("id")
                .withColumn(PART, spark_partition_id())
                .withColumn(SERIAL, monotonically_increasing_id());
    }

    /**
     * Numbers sorted images.
     *
     * @param ordered what {@link #ordered} gave
     * @param imagesPerFile that every file but the last has
     * @param files whose images are wanted
     * @return rows of {@link SourceImage#SCHEMA}, then rank and file
     */
    static Dataset<Row> of(Dataset<Row> ordered, long imagesPerFile, int... files) {
        Dataset<Row> parts = ordered.groupBy(PART)
                .agg(min(SERIAL).as(FIRST), count(lit(1)).as("images"))
                .select(
                        col(PART),
                        col(FIRST),
                        sum("images")
                                .over(Window.orderBy(PART).rowsBetween(Window.unboundedPreceding(), -1))
                                .as(BEFORE));
        return ordered.join(broadcast(parts), PART)
                .withColumn(RANK, col(SERIAL).minus(col(FIRST)).plus(coalesce(col(BEFORE), lit(0L))))
                .withColumn(FILE, expr("cast(%s div %dL as int)".formatted(RANK, imagesPerFile)))
                .where(col(FILE).isInCollection(Arrays.stream(files).boxed().toList()))
                .drop(PART, SERIAL, FIRST, BEFORE);
    }
}
