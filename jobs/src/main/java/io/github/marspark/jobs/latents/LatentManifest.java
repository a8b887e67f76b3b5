package io.github.marspark.jobs.latents;

import io.github.marspark.jobs.files.FileStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** The manifest of a folder of latents, read without Spark's SQL, which takes seconds to start. */
public final class LatentManifest {
    /** Name of its file in the folder. */
    public static final String NAME = "manifest.parquet";

    /** In this folder itself. */
    private static final Pattern FILE = Pattern.compile("[^/\\\\.][^/\\\\]*\\.avro");

    private LatentManifest() {}

    /**
     * What the manifest says of a file.
     *
     * @param file its name
     * @param records in it
     * @param bytes its length
     * @param sha256 of its bytes
     * @param labels how many records each label has
     */
    public record Row(String file, long records, long bytes, String sha256, Map<Integer, Long> labels) {
        private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

        /**
         * Checks what can be checked of a row by itself.
         *
         * @throws IllegalArgumentException naming what cannot be
         */
        public Row {
            require(FILE.matcher(file).matches(), "its file " + file + " is no name of a file of latents");
            require(DIGITS.matcher(sha256).matches(), "the SHA-256 of " + file + " is " + sha256);
            require(bytes > 0, "%s has %d bytes".formatted(file, bytes));
            long labelled = labels.values().stream().mapToLong(Long::longValue).sum();
            require(records == labelled, "%s has %d records, of its labels %d".formatted(file, records, labelled));
        }

        private static void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(otherwise);
            }
        }
    }

    /**
     * Reads it.
     *
     * @param store the folder
     * @return the rows in the order of their files
     * @throws UncheckedIOException if it is not there or damaged
     */
    public static List<Row> read(FileStore store) {
        List<Row> rows = new ArrayList<>();
        groups(store).forEach(group -> rows.add(row(store, group)));
        rows.sort(Comparator.comparing(Row::file));
        requireOneOfEach(store, rows);
        return rows;
    }

    private static List<Group> groups(FileStore store) {
        requireReadable(store);
        List<Group> groups = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), store.path(NAME))
                .withConf(store.configuration())
                .usePageChecksumVerification()
                .build()) {
            for (Group group = reader.read(); group != null; group = reader.read()) {
                groups.add(group);
            }
            return groups;
        } catch (IOException | RuntimeException | OutOfMemoryError e) { // Parquet makes room for what a file announces
            throw unreadable(store, "it is no table, or a damaged one", e);
        }
    }

    private static void requireReadable(FileStore store) {
        try (InputStream stream = store.read(NAME)) {
            if (stream.read() < 0) {
                throw new EOFException("it is empty");
            }
        } catch (IOException e) {
            throw unreadable(store, String.valueOf(e.getMessage()), e);
        }
    }

    private static UncheckedIOException unreadable(FileStore store, String reason, Throwable cause) {
        return new UncheckedIOException(
                "%s cannot be read (%s); delete it, and ./mar encode makes it again"
                        .formatted(store.path(NAME), reason),
                new IOException(cause));
    }

    private static void requireOneOfEach(FileStore store, List<Row> rows) {
        for (int i = 1; i < rows.size(); i++) {
            if (rows.get(i).file().equals(rows.get(i - 1).file())) {
                throw new IllegalStateException("%s has two rows for %s; delete it, and ./mar encode makes it again"
                        .formatted(store.path(NAME), rows.get(i).file()));
            }
        }
    }

    private static Row row(FileStore store, Group group) {
        try {
            return row(group);
        } catch (IllegalArgumentException impossible) {
            throw unreadable(store, String.valueOf(impossible.getMessage()), impossible);
        } catch (RuntimeException foreign) {
            throw unreadable(store, "its columns are not those of a manifest", foreign);
        }
    }

    private static Row row(Group group) {
        Map<Integer, Long> labels = new TreeMap<>();
        Group list = group.getGroup("labels", 0);
        for (int i = 0; i < list.getFieldRepetitionCount("list"); i++) {
            Group count = list.getGroup("list", i).getGroup("element", 0);
            labels.put(count.getInteger("label", 0), count.getLong("records", 0));
        }
        return new Row(
                group.getString("file", 0),
                group.getLong("records", 0),
                group.getLong("bytes", 0),
                group.getString("sha256", 0),
                labels);
    }
}
