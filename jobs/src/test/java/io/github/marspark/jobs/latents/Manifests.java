package io.github.marspark.jobs.latents;

import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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
        try (LatentReader reader = LatentReader.open(file)) {
            return new SimpleGroup(SCHEMA)
                    .append("file", file.getFileName().toString())
                    .append(
                            "records",
                            StreamSupport.stream(reader.spliterator(), false).count())
                    .append("bytes", Files.size(file))
                    .append("sha256", sha256(file));
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
