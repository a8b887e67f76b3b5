package io.github.marspark.jobs.cluster;

import io.github.marspark.jobs.runtime.SparkSessions;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Spark in this process for the tests of a class, as a job opens it, with two threads and two partitions a shuffle. */
public final class LocalSpark implements BeforeAllCallback, AfterAllCallback {
    private static final Map<String, String> SETTINGS =
            Map.of("spark.master", "local[2]", "spark.sql.shuffle.partitions", "2");

    private @Nullable SparkSession session;

    /**
     * The session.
     *
     * @return open until the last test of the class has ended
     */
    public SparkSession session() {
        return Objects.requireNonNull(session);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        SETTINGS.forEach(System::setProperty);
        session = SparkSessions.open(context.getDisplayName());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        session().close();
        SETTINGS.keySet().forEach(System::clearProperty);
    }
}
