package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.LiteralPaths;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.SampleOutput;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * A user's table of images to draw: what each is called, and its class. Driver only.
 *
 * @param ids no two the same, in the order of their bytes, so that the order of a table's rows does not matter
 * @param labels of the same images
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record LabelTable(List<String> ids, int[] labels) {
    private static final String ID = "id";
    private static final String LABEL = "label";
    /** What can be the name of a file anywhere. */
    private static final Pattern NAME = Pattern.compile("[^./\\\\\\p{Cntrl}][^/\\\\\\p{Cntrl}]{0,199}");

    /**
     * Reads a table.
     *
     * @throws IllegalArgumentException naming the table and what is wrong with it, or with one of its rows
     */
    static LabelTable read(SparkSession spark, Recipe recipe) {
        String address = recipe.sample().table();
        List<Row> rows = rows(spark, address)
                .select(
                        functions.col(ID).cast(DataTypes.StringType),
                        functions.col(LABEL).cast(DataTypes.StringType))
                .orderBy(ID)
                .collectAsList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("sample.table %s has no rows".formatted(address));
        }
        List<String> ids = new ArrayList<>();
        int[] labels = new int[rows.size()];
        Set<String> seen = new HashSet<>();
        for (Row row : rows) {
            String id = row.isNullAt(0) ? "" : row.getString(0);
            require(seen.add(id), address, id, "stands in two rows");
            require(NAME.matcher(id).matches(), address, id, "cannot be the name of a file");
            require(
                    recipe.sample().output() != SampleOutput.WEBDATASET || !id.contains("."),
                    address,
                    id,
                    "has a dot, at which WebDataset ends a name; choose sample.output = png or parquet");
            labels[ids.size()] = label(address, id, row.isNullAt(1) ? "" : row.getString(1), recipe);
            ids.add(id);
        }
        return new LabelTable(ids, labels);
    }

    private static Dataset<Row> rows(SparkSession spark, String address) {
        Path path = Storage.qualified(address);
        boolean isCsv = path.getName().endsWith(".csv");
        Dataset<Row> table;
        try {
            table = isCsv
                    ? LiteralPaths.reader(spark).option("header", true).csv(path.toString())
                    : LiteralPaths.reader(spark).parquet(path.toString());
        } catch (Exception unreadable) { // Spark's readers throw what they do not declare
            if (unreadable instanceof AnalysisException missing) {
                throw new IllegalArgumentException(
                        "sample.table %s cannot be read: %s".formatted(address, missing.getMessage()), missing);
            }
            throw unreadable;
        }
        List<String> columns = List.of(table.columns());
        if (!columns.contains(ID) || !columns.contains(LABEL)) {
            throw new IllegalArgumentException(
                    "sample.table %s has the columns %s; it must have id and label, as CSV with a first line of names, or as Parquet"
                            .formatted(address, String.join(", ", columns)));
        }
        return table;
    }

    private static int label(String address, String id, String text, Recipe recipe) {
        int classes = recipe.data().classes();
        boolean isNumber = text.matches("\\s*\\d{1,9}\\s*");
        int label = isNumber ? Integer.parseInt(text.strip()) : -1;
        require(
                isNumber && label < classes,
                address,
                id,
                "has the label \"%s\", must have a number below %d, the number of classes".formatted(text, classes));
        return label;
    }

    private static void require(boolean holds, String address, String id, String what) {
        if (!holds) {
            throw new IllegalArgumentException("sample.table %s: the id \"%s\" %s".formatted(address, id, what));
        }
    }
}
