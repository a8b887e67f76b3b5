package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.runtime.StageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a person is told of a failure, most of all of one that has passed through Spark. */
class SentenceTest {
    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private static SparkException failedJob() {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(SPARK.session().sparkContext());
        return catchThrowableOfType(
                SparkException.class,
                () -> spark.parallelize(List.of(1), 1).map(SentenceTest::fail).collect());
    }

    private static int fail(int number) {
        throw new IllegalStateException("part-%05d.avro was altered; encode again".formatted(number));
    }

    @Test
    void aTasksSentenceIsNotFollowedByWhatSparkSaysOfItsJob() {
        assertThat(Sentence.of(StageFailure.told(failedJob()))).isEqualTo("part-00001.avro was altered; encode again");
    }

    @Test
    void whatSparkSaysIsToldWhereNobodyElseSaysAnything() {
        assertThat(Sentence.of(new SparkException("no executor came"))).isEqualTo("SparkException: no executor came");
    }

    @Test
    void aSecondCauseIsTold() {
        Throwable failure = new UncheckedIOException("a.avro cannot be read", new IOException("the disk is gone"));
        assertThat(Sentence.of(failure)).isEqualTo("a.avro cannot be read: IOException: the disk is gone");
    }
}
