package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkSessionsTest {
    @Test
    void sessionWritesAndReadsAvro(@TempDir Path folder) {
        String file = folder.resolve("words").toString();
        try (SparkSession spark = SparkSessions.open("words")) {
            Dataset<Row> words = spark.createDataset(List.of("coat", "sandal", "Füße"), Encoders.STRING())
                    .selectExpr("value as word", "cast(value as binary) as bytes");
            words.write().format("avro").save(file);
            List<Row> read =
                    spark.read().format("avro").load(file).orderBy("word").collectAsList();
            assertThat(read).extracting(row -> row.getString(0)).containsExactly("Füße", "coat", "sandal");
            assertThat(read.get(1).<byte[]>getAs("bytes")).containsExactly('c', 'o', 'a', 't');
        }
    }

    @Test
    void sessionIsOnThisMachineUnlessTold() {
        try (SparkSession spark = SparkSessions.open("somewhere")) {
            assertThat(spark.sparkContext().master()).isEqualTo("local[*]");
            assertThat(spark.conf().get("spark.driver.host")).isEqualTo("127.0.0.1");
            assertThat(spark.sparkContext().appName()).isEqualTo("somewhere");
        }
    }
}
