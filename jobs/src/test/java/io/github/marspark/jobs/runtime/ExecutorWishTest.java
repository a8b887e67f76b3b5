package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorWishTest {
    @ParameterizedTest
    @CsvSource({
        "spark://a:1, spark.cores.max=8, 0",
        "spark://a:1, spark.cores.max=8 spark.executor.cores=3, 2",
        "spark://a:1, spark.executor.cores=3, 0",
        "spark://a:1, spark.executor.instances=5, 5",
        "yarn, spark.executor.instances=5, 5",
        "yarn, spark.executor.cores=3, 2",
        "k8s://a, spark.executor.cores=3, 2",
        "yarn, spark.executor.instances=5 spark.dynamicAllocation.enabled=true, 0"
    })
    void executorsAreExpectedThatSparkWasAskedFor(String master, String settings, int expected) {
        SparkConf conf = new SparkConf(false).setMaster(master);
        for (String setting : settings.split(" ", -1)) {
            String[] parts = setting.split("=", 2);
            conf.set(parts[0], parts[1]);
        }
        assertThat(ExecutorWish.of(OptionalInt.empty()).expected(conf))
                .isEqualTo(expected == 0 ? OptionalInt.empty() : OptionalInt.of(expected));
        assertThat(ExecutorWish.of(OptionalInt.of(7)).expected(conf)).hasValue(7);
    }
}
