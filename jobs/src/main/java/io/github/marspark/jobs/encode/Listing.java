package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The images of a collection as they were listed once, on the executors' disks; driver only.
 *
 * @param rows of {@link SourceImage#SCHEMA}
 * @param size how many rows there are
 * @param digest 32 hexadecimal digits that change with any row, whatever the rows' order
 */
record Listing(Dataset<Row> rows, long size, String digest) implements AutoCloseable {
    static Listing of(SparkSession spark, ImageCollection images) {
        Dataset<Row> rows = images.list(spark).persist(StorageLevel.DISK_ONLY());
        Row sums = rows.agg(count(lit(1)), hash(1), hash(2)).head();
        String digest = sums.getLong(0) == 0 ? "" : "%016x%016x".formatted(sums.getLong(1), sums.getLong(2));
        return new Listing(rows, sums.getLong(0), digest);
    }

    private static Column hash(int salt) {
        Column[] columns = Stream.concat(
                        Stream.of(lit(salt)),
                        Stream.of("id", "offset", "length", "modified", "label", "problem")
                                .map(name -> col(name)))
                .toArray(Column[]::new);
        return bit_xor(xxhash64(columns));
    }

    /** The rows with their ranks by id, from 0. */
    JavaPairRDD<Long, Row> ranked() {
        return rows.orderBy("id")
                .toJavaRDD()
                .zipWithIndex()
                .mapToPair(
                        row -> new Tuple2<>(row._2(), SourceImage.of(row._1()).toRow()));
    }

    @Override
    public void close() {
        rows.unpersist(true);
    }
}
