package io.github.marspark.jobs.runtime;

import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.collection.JavaConverters;

/** Waits on the driver for the executors that a job is to have, and says so. */
final class ExecutorWait {
    private static final long SETTLING_SECONDS = 3;
    private static final long SECONDS_A_WORD = 30;

    private final JavaSparkContext spark;
    private final ExecutorWish wish;
    private final OptionalInt expected;
    private final PrintStream out;
    private final long begin = System.nanoTime();
    private long changed = begin;
    private long nextWord = begin + TimeUnit.SECONDS.toNanos(SETTLING_SECONDS);
    private int count;

    ExecutorWait(JavaSparkContext spark, ExecutorWish wish, PrintStream out) {
        this.spark = spark;
        this.wish = wish;
        this.expected = wish.expected(spark.getConf());
        this.out = out;
    }

    /**
     * Waits until all have come, or time is up.
     *
     * @return those that have come; as many as are to come, or fewer if the wish allows it
     * @throws IllegalStateException if there are fewer than the job goes on with
     */
    List<ExecutorSummary> await() {
        while (true) {
            List<ExecutorSummary> executors = executors();
            long now = System.nanoTime();
            if (executors.size() != count) {
                count = executors.size();
                changed = now;
            }
            boolean settled = now - changed > TimeUnit.SECONDS.toNanos(SETTLING_SECONDS);
            if (expected.isPresent() ? count >= expected.getAsInt() : count > 0 && settled) {
                return executors.subList(0, expected.orElse(count));
            }
            if (spark.sc().isStopped()) { // Spark itself waits a minute for a master
                throw new IllegalStateException(
                        "Spark gave the application up while it waited for executors of %s; see the messages above, and whether the master runs there and has the same spark.authenticate.secret"
                                .formatted(spark.master()));
            }
            if (now - begin > wish.patience().toNanos()) {
                return fewer(executors);
            }
            tell(executors, now);
            pause();
        }
    }

    private List<ExecutorSummary> fewer(List<ExecutorSummary> executors) {
        if (count == 0 || wish.fewest().isEmpty() || count < wish.fewest().getAsInt()) {
            throw new IllegalStateException(
                    "%s has given %d of %s executors within %d seconds%s; %s, wait longer by %s%s"
                            .formatted(
                                    spark.master(),
                                    count,
                                    wanted(),
                                    wish.patience().toSeconds(),
                                    hosts(executors),
                                    count == 0
                                            ? "see whether a master runs there and has free cores and memory"
                                            : "see its page for free cores and memory",
                                    wish.longer(),
                                    count == 0 ? "" : ", or go on with fewer by fewest-executors=" + count));
        }
        out.printf(
                "goes on with %d of %s executors%s, since no more have come within %d seconds%n",
                count, wanted(), hosts(executors), wish.patience().toSeconds());
        return executors;
    }

    private void tell(List<ExecutorSummary> executors, long now) {
        if (now < nextWord) {
            return;
        }
        nextWord = now + TimeUnit.SECONDS.toNanos(SECONDS_A_WORD);
        out.printf(
                "waits for %s executors of %s, %d seconds more at most: %d %s come%s%n",
                wanted(),
                spark.master(),
                wish.patience().toSeconds() - TimeUnit.NANOSECONDS.toSeconds(now - begin),
                count,
                count == 1 ? "has" : "have",
                hosts(executors));
    }

    private String wanted() {
        return expected.isPresent() ? Integer.toString(expected.getAsInt()) : "at least 1";
    }

    private static String hosts(List<ExecutorSummary> executors) {
        return executors.isEmpty()
                ? ""
                : executors.stream()
                        .map(executor -> executor.hostPort().replaceFirst(":\\d+$", ""))
                        .sorted()
                        .distinct()
                        .collect(Collectors.joining(", ", " (on ", ")"));
    }

    private List<ExecutorSummary> executors() {
        return JavaConverters.seqAsJavaList(spark.sc().statusStore().executorList(true)).stream()
                .filter(executor -> !executor.id().equals("driver"))
                .toList();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for executors", e);
        }
    }
}
