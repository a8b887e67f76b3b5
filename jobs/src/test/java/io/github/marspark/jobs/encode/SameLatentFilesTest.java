package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.images.ParquetImages;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in which file depends on the collection and the recipe, not on how Spark divides the work. */
class SameLatentFilesTest {
    private static final String FIRST = "a first.parquet";
    private static final String SECOND = "part/50% é.parquet";

    private static final EncodeRecipe RECIPE = new EncodeRecipe(
            ImageLayout.PARQUET, "", "", NumberType.FLOAT32, BlockCodec.SNAPPY, 1, 4, 100, 0, Duplicates.DROP, 18);

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        List.of("spark.master", "spark.sql.shuffle.partitions", "spark.sql.files.maxPartitionBytes")
                .forEach(System::clearProperty);
    }

    @Test
    void oneCoreAndFourCoresWriteTheSame() throws IOException {
        try (SparkSession spark = open("local[1]", 1, "100m")) {
            Corpus.writeTable(spark, folder.resolve("table"), FIRST, 40, row -> row);
            Corpus.writeTable(spark, folder.resolve("table/part"), "50% é.parquet", 40, row -> row + 30);
            assertThat(spark.read()
                            .option("recursiveFileLookup", true)
                            .parquet(table())
                            .rdd()
                            .getNumPartitions())
                    .isEqualTo(1);
            encode(spark, "one");
        }
        try (SparkSession spark = open("local[4]", 4, "512")) {
            assertThat(spark.read()
                            .option("recursiveFileLookup", true)
                            .parquet(table())
                            .rdd()
                            .getNumPartitions())
                    .isGreaterThan(5);
            encode(spark, "four");
        }
        Map<String, Integer> one = Corpus.content(folder.resolve("one"));
        assertThat(one).containsKeys("part-00000.avro", "part-00001.avro", "part-00002.avro");
        assertThat(Corpus.content(folder.resolve("four"))).isEqualTo(one);
        assertThat(Corpus.records(folder.resolve("four"))).hasSize(54).allSatisfy(this::holdsTheImageOfItsId);
    }

    /** The width of an image tells which it is, and its id in which row it stood. */
    private void holdsTheImageOfItsId(LatentRecord record) {
        int image = record.getWidth() - 33;
        String file = record.getId().startsWith(FIRST) ? FIRST : SECOND;
        int row = image - (file.equals(FIRST) ? 0 : 30);
        assertThat(record.getId()).isEqualTo("%s#%010d".formatted(file, row));
        assertThat(record.getPath()).isEqualTo("file:%s/%s".formatted(table(), file));
    }

    private String table() {
        return folder.resolve("table").toString();
    }

    private static SparkSession open(String master, int partitions, String partitionBytes) {
        System.setProperty("spark.master", master);
        System.setProperty("spark.sql.shuffle.partitions", "" + partitions);
        System.setProperty("spark.sql.files.maxPartitionBytes", partitionBytes);
        return SparkSessions.open("same files test");
    }

    private void encode(SparkSession spark, String latents) {
        new Encoding(
                        spark,
                        new PoolingEncoders("a1b2", Corpus.SIDE, 1),
                        RECIPE,
                        Corpus.data(Corpus.SIDE, 3),
                        folder.resolve(latents).toString(),
                        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                .run(ParquetImages.at(table(), ImageSettings.LABELLED));
    }
}
