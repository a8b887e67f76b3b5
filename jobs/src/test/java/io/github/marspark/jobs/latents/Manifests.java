package io.github.marspark.jobs.latents;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes the manifest of files of latents that no encoding has written. */
public final class Manifests {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message manifest {
              required binary file (UTF8); required int64 records; required int64 bytes; required binary sha256 (UTF8);
              required group labels (LIST) {
                repeated group list { required group element { required int32 label; required int64 records; } }
              }
            }""");

    private Manifests() {}

    /** Describes all files of a folder as they are. */
    public static void write(Path folder) {
        org.apache.hadoop.fs.Path manifest = FileStore.at(folder.toString()).path(LatentManifest.NAME);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(manifest)
                .withType(SCHEMA)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            for (Path file : files(folder)) {
                writer.write(row(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".avro"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private static Group row(Path file) throws IOException {
        Map<Integer, Long> labels = new TreeMap<>();
        try (LatentReader reader = LatentReader.open(file)) {
            reader.forEach(record -> labels.merge(record.getLabel(), 1L, Long::sum));
        }
        Group row = new SimpleGroup(SCHEMA)
                .append("file", file.getFileName().toString())
                .append(
                        "records",
                        labels.values().stream().mapToLong(Long::longValue).sum())
                .append("bytes", Files.size(file))
                .append("sha256", Sha256.of(Files.readAllBytes(file)));
        Group list = row.addGroup("labels");
        labels.forEach((label, count) ->
                list.addGroup("list").addGroup("element").append("label", label).append("records", count));
        return row;
    }
}
