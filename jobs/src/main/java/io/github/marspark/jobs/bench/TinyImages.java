package io.github.marspark.jobs.bench;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Parquet files of random PNG images of 8 x 8 pixels with labels; of {@value #DIFFERENT} images that come again. */
final class TinyImages {
    static final int SIDE = 8;
    static final int CLASSES = 10;

    private static final int DIFFERENT = 1000;
    private static final int ROWS_OF_A_FILE = 50_000;
    private static final MessageType SCHEMA =
            MessageTypeParser.parseMessageType("message images { required binary image; required int32 label; }");

    private final List<Binary> images;

    TinyImages() {
        Random random = new Random(1);
        images = IntStream.range(0, DIFFERENT)
                .mapToObj(image -> Binary.fromConstantByteArray(png(random)))
                .toList();
    }

    private static byte[] png(Random random) {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        int[] colours = random.ints((long) SIDE * SIDE).toArray();
        picture.setRGB(0, 0, SIDE, SIDE, colours, 0, SIDE);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("no PNG can be made in memory", e);
        }
        return bytes.toByteArray();
    }

    /** Writes a collection of some number of images into a folder. */
    void write(Path folder, int count) throws IOException {
        for (int first = 0; first < count; first += ROWS_OF_A_FILE) {
            Path file = folder.resolve("images-%04d.parquet".formatted(first / ROWS_OF_A_FILE));
            writeFile(file, first, Math.min(count, first + ROWS_OF_A_FILE));
        }
    }

    private void writeFile(Path file, int begin, int end) throws IOException {
        HadoopOutputFile target =
                HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration());
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(target)
                .withType(SCHEMA)
                .withDictionaryEncoding(false)
                .build()) {
            for (int row = begin; row < end; row++) {
                writer.write(new SimpleGroup(SCHEMA)
                        .append("image", images.get(row % DIFFERENT))
                        .append("label", row % CLASSES));
            }
        }
    }
}
