package io.github.marspark.jobs.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Opens Spark for a job, on this machine unless the launcher has said elsewhere; driver only. */
public final class SparkSessions {
    private static final String MASTER = "spark.master";
    private static final String REGISTRATORS = "spark.kryo.registrator";

    private SparkSessions() {}

    /**
     * Opens Spark.
     *
     * @param name what the job is called on Spark's pages, unless {@code --name} says otherwise
     * @return a session, to be closed when the job is done
     * @throws IllegalStateException saying what this machine lacks for it
     */
    public static SparkSession open(String name) {
        SparkConf configuration = configuration(name);
        new Prerequisites(configuration, System.getenv()).require();
        DriverFolders.removeLeft(configuration, System.getenv());
        DriverFolders.moveIn();
        SparkSession session = SparkSession.builder().config(configuration).getOrCreate();
        DriverFolders.mark();
        return session;
    }

    /**
     * Opens Spark in time: a master that answers nobody keeps Spark waiting for a minute, and longer.
     *
     * @param name what the job is called
     * @param patience how long it may take
     * @param longer how people ask for more patience
     * @return a session, to be closed when the job is done
     * @throws IllegalStateException naming the master, if it has not answered by then
     */
    public static SparkSession open(String name, Duration patience, String longer) {
        CompletableFuture<SparkSession> opening = new CompletableFuture<>();
        Thread opener = new Thread(() -> {
            try {
                opening.complete(open(name));
            } catch (RuntimeException | Error failure) {
                opening.completeExceptionally(failure);
            }
        });
        opener.setDaemon(true);
        opener.start();
        try {
            return opening.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException silence) {
            throw new IllegalStateException(
                    "%s has not answered within %d seconds; see whether a master runs there, or wait longer by %s"
                            .formatted(configuration(name).get(MASTER), patience.toSeconds(), longer),
                    silence);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof RuntimeException own
                    ? own
                    : new IllegalStateException("Spark cannot be opened: " + failure.getCause(), failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Spark was opened", stopped);
        }
    }

    private static SparkConf configuration(String name) {
        SparkConf configuration = new SparkConf()
                .setIfMissing(MASTER, "local[*]")
                .setIfMissing("spark.app.name", name)
                .setIfMissing("spark.ui.showConsoleProgress", "false")
                .setIfMissing("spark.sql.session.timeZone", "UTC");
        if (configuration.getBoolean("spark.kryo.registrationRequired", false)) {
            String given = configuration.get(REGISTRATORS, "");
            configuration.set(REGISTRATORS, (given.isEmpty() ? "" : given + ",") + KryoClasses.class.getName());
        }
        if (configuration.get(MASTER).startsWith("local")) {
            forOneMachine().forEach(configuration::setIfMissing);
        }
        return configuration;
    }

    /** Nobody else is to connect, and shuffles are between a few threads. */
    private static Map<String, String> forOneMachine() {
        return Map.of(
                "spark.driver.host", "127.0.0.1",
                "spark.driver.bindAddress", "127.0.0.1",
                "spark.sql.shuffle.partitions", "8");
    }
}
