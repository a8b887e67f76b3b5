package io.github.marspark.jobs.latents;

import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** The manifest of a folder of latents, read without Spark's SQL, which takes seconds to start. */
final class LatentManifest {
    static final String NAME = "manifest.parquet";

    private LatentManifest() {}

    /**
     * What the manifest says of a file.
     *
     * @param file its name
     * @param records in it
     * @param bytes its length
     * @param sha256 of its bytes
     */
    record Row(String file, long records, long bytes, String sha256) {}

    /** The rows in the order of their files. */
    static List<Row> read(FileStore store) {
        List<Row> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), store.path(NAME))
                .withConf(store.configuration())
                .build()) {
            for (Group group = reader.read(); group != null; group = reader.read()) {
                rows.add(new Row(
                        group.getString("file", 0),
                        group.getLong("records", 0),
                        group.getLong("bytes", 0),
                        group.getString("sha256", 0)));
            }
        } catch (IOException | RuntimeException e) {
            throw new UncheckedIOException(
                    "%s cannot be read (%s); delete it, and ./mar encode makes it again"
                            .formatted(store.path(NAME), e.getMessage()),
                    e instanceof IOException io ? io : new IOException(e));
        }
        rows.sort(Comparator.comparing(Row::file));
        return rows;
    }
}
