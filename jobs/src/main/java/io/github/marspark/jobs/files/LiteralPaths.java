package io.github.marspark.jobs.files;

import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.SparkSession;

/** Reading of tables whose names may hold what Spark takes for a pattern, such as {@code [1]} or {@code {a}}. */
public final class LiteralPaths {
    private LiteralPaths() {}

    /** A reader that takes paths as they are. */
    public static DataFrameReader reader(SparkSession spark) {
        return spark.read().option("__globPaths__", false);
    }
}
