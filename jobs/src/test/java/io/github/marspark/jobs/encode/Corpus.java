package io.github.marspark.jobs.encode;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.LiteralPaths;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Mirror;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Small collections of images for tests, and what became of them. */
final class Corpus {
    static final int SIDE = 32;

    private Corpus() {}

    /** Square crops of a side, of so many classes. */
    static DataRecipe data(int side, int classes) {
        return new DataRecipe(side, classes, LabelUse.REQUIRED, Mirror.NONE, 0);
    }

    /** A Parquet file of images, in several row groups. */
    static void writeTable(SparkSession spark, Path folder, String name, int rows, IntUnaryOperator image)
            throws IOException {
        Path temporary = folder.resolveSibling("written " + name);
        List<Row> table = IntStream.range(0, rows)
                .mapToObj(row -> RowFactory.create(RowFactory.create(png(image.applyAsInt(row)), row + ".png"), (long)
                        (image.applyAsInt(row) % 3)))
                .toList();
        spark.createDataFrame(table, StructType.fromDDL("image STRUCT<bytes: BINARY, path: STRING>, label BIGINT"))
                .coalesce(1)
                .write()
                .option("parquet.block.size", 1024)
                .option("parquet.block.size.row.check.min", 4)
                .option("parquet.block.size.row.check.max", 4)
                .parquet(temporary.toString());
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(temporary)) {
            Path file = files.filter(path -> path.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            Files.move(file, folder.resolve(name));
        }
    }

    /** An image that is told by its width. */
    static byte[] png(int index) {
        BufferedImage image = new BufferedImage(SIDE + 1 + index, SIDE, BufferedImage.TYPE_INT_RGB);
        image.setRGB(index, 3, 0xabcdef);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The records of a folder of latents, file after file. */
    static List<LatentRecord> records(Path latents) throws IOException {
        List<LatentRecord> records = new ArrayList<>();
        for (Path file : files(latents)) {
            if (file.toString().endsWith(".avro")) {
                try (LatentReader reader = LatentReader.open(file)) {
                    reader.forEach(records::add);
                }
            }
        }
        return records;
    }

    /** The rejects of a folder of latents, in the order of their ids. */
    static List<Row> rejects(SparkSession spark, Path latents) {
        return LiteralPaths.reader(spark)
                .parquet(latents.resolve("rejects.parquet").toString())
                .orderBy("id")
                .collectAsList();
    }

    /** A hash of each file of a folder. */
    static Map<String, Integer> content(Path folder) throws IOException {
        Map<String, Integer> hashes = new TreeMap<>();
        for (Path file : files(folder)) {
            hashes.put(folder.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
        }
        return hashes;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
