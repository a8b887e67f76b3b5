package io.github.marspark.jobs.encode;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Where images come from; driver only. */
interface ImageCollection {
    /** The address of the whole. */
    String root();

    /** What kind of collection it is, in a word. */
    String kind();

    /** Names of the classes in the order of their labels; none if nothing is labelled. */
    List<String> classNames();

    /**
     * Lists the images on the executors.
     *
     * @return rows of {@link SourceImage#SCHEMA} in any order, no two with the same id
     */
    Dataset<Row> list(SparkSession spark);
}
