package io.github.marspark.jobs.images;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ObjIntConsumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Parquet files of any columns, as other programs than Spark write them, for tests. */
public final class ParquetTestFile {
    private ParquetTestFile() {}

    /**
     * Writes a file.
     *
     * @param file its name ends as it likes
     * @param fields of the message, in Parquet's language
     * @param rows how many
     * @param fill puts values into a row of a number
     */
    public static Path write(Path file, String fields, int rows, ObjIntConsumer<Group> fill) {
        MessageType schema = MessageTypeParser.parseMessageType("message m { " + fields + " }");
        try {
            Files.createDirectories(file.getParent());
            try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
                    .withType(schema)
                    .withRowGroupSize(1024L)
                    .withMinRowCountForPageSizeCheck(2)
                    .withPageSize(256)
                    .build()) {
                for (int row = 0; row < rows; row++) {
                    Group group = new SimpleGroup(schema);
                    fill.accept(group, row);
                    writer.write(group);
                }
            }
            Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Bytes that begin like a PNG file and tell which it is by their length. */
    static Binary image(int number) {
        return Binary.fromConstantByteArray(TarFile.png(40 + number));
    }
}
