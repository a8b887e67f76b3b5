package io.github.marspark.jobs.images;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Classes that a collection knows by numbers only; driver only. */
final class LabelNumbers {
    private LabelNumbers() {}

    /** The numbers as names: as many as the recipe speaks of, or more if there are; none if nothing is labelled. */
    static List<String> names(Dataset<Row> listed, int classes) {
        int most = listed.agg(functions.max("label")).head().getInt(0);
        return most < 0
                ? List.of()
                : IntStream.range(0, Math.max(most + 1, classes))
                        .mapToObj(Integer::toString)
                        .toList();
    }
}
