package io.github.marspark.jobs.images;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The Parquet files of a folder, each looked at once by the executors, those of the same kind together; driver only. */
final class ParquetTables {
    private static final int FILES_A_TASK = 16;

    private final SparkSession spark;
    private final Path root;
    private final List<ParquetFile> files;
    private final List<ParquetTable> tables;

    private ParquetTables(SparkSession spark, Path root, List<ParquetFile> files) {
        this.spark = spark;
        this.root = root;
        this.files = files;
        this.tables = files.stream()
                .filter(file -> file.layout() != null)
                .collect(groupingBy(file -> Objects.requireNonNull(file.layout()), LinkedHashMap::new, toList()))
                .entrySet()
                .stream()
                .map(alike -> new ParquetTable(alike.getKey(), alike.getValue()))
                .toList();
    }

    /**
     * Looks at the files.
     *
     * @param root a folder of them, or the only one
     * @throws IllegalArgumentException naming a file that has no images in its columns, or if none has the column of labels
     */
    static ParquetTables of(SparkSession spark, Path root, ImageSettings settings) {
        List<Row> found = new ArrayList<>();
        ContainerFiles.files(root.toString()).forEachRemaining(file -> found.add(file.toRow()));
        List<ParquetFile> files = found.isEmpty() ? List.of() : look(spark, found, settings);
        files.stream().filter(file -> file.refusal() != null).findFirst().ifPresent(file -> {
            throw new IllegalArgumentException(file.source().path() + " " + file.refusal());
        });
        ParquetTables tables = new ParquetTables(spark, root, files);
        tables.requireLabels(settings.labelColumn());
        return tables;
    }

    private static List<ParquetFile> look(SparkSession spark, List<Row> files, ImageSettings settings) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        int tasks = Math.max(Math.min(files.size(), context.defaultParallelism()), files.size() / FILES_A_TASK);
        return context
                .parallelize(files, tasks)
                .map(row -> ParquetProbe.look(SourceImage.of(row), settings).toRow())
                .collect()
                .stream()
                .map(ParquetFile::of)
                .toList();
    }

    private void requireLabels(String column) {
        if (!column.isEmpty()
                && !tables.isEmpty()
                && tables.stream()
                        .map(ParquetTable::layout)
                        .allMatch(layout ->
                                layout.label().isEmpty() && layout.partition().isEmpty())) {
            throw new IllegalArgumentException("encode.label-column is %s, but no file of %s has such a column: %s"
                    .formatted(column, root, columns()));
        }
    }

    /** The columns of the files that are read, as many as there are kinds of files. */
    String columns() {
        List<String> kinds = files.stream()
                .map(ParquetFile::columns)
                .filter(columns -> !columns.isEmpty())
                .distinct()
                .limit(2)
                .toList();
        return "the columns are " + String.join("; in other files ", kinds);
    }

    /** Rows of {@link SourceImage#SCHEMA}: the images, and files that cannot be read or about which there is something to tell. */
    Dataset<Row> images() {
        List<Row> troubled = files.stream()
                .map(ParquetFile::source)
                .filter(source -> source.trouble() != null)
                .map(SourceImage::toRow)
                .toList();
        Stream<Dataset<Row>> told = troubled.isEmpty() && !tables.isEmpty()
                ? Stream.empty()
                : Stream.of(spark.createDataFrame(troubled, SourceImage.SCHEMA));
        long state = state();
        return Stream.concat(readEach((table, rows, names) -> table.images(rows, names, state)), told)
                .reduce(Dataset::union)
                .orElseThrow();
    }

    /** Something that is made of the rows of one table. */
    @FunctionalInterface
    interface Reading {
        /** Makes it of a table, its rows, and the names of all files. */
        Dataset<Row> of(ParquetTable table, Dataset<Row> rows, ParquetFiles names);
    }

    /** Reads each of the tables. */
    Stream<Dataset<Row>> readEach(Reading reading) {
        List<Dataset<Row>> rows =
                tables.stream().map(table -> table.read(spark)).toList();
        String[] addresses = rows.stream()
                .flatMap(table -> Arrays.stream(table.inputFiles()))
                .toArray(String[]::new);
        ParquetFiles names = ParquetFiles.of(root, addresses);
        List<Dataset<Row>> read = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            read.add(reading.of(tables.get(i), rows.get(i), names));
        }
        return read.stream();
    }

    /** Changes with the name, the length or the time of any file that counts. */
    private long state() {
        String states = files.stream()
                .filter(file -> file.layout() != null || file.source().trouble() != null)
                .map(ParquetFile::source)
                .map(file -> file.id() + "\n" + file.length() + "\n" + file.modified())
                .sorted()
                .collect(joining("\n"));
        return UUID.nameUUIDFromBytes(states.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
    }
}
