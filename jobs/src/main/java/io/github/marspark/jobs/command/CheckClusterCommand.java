package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.runtime.Cluster;
import io.github.marspark.jobs.runtime.DeviceReport;
import io.github.marspark.jobs.runtime.ExecutorWish;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Asks every executor what it is and lets it multiply two matrices, so that a cluster can be tried before a long job. */
public final class CheckClusterCommand implements Command {
    private static final int MILLIS_A_TASK = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TIMEOUT = "--timeout";
    private static final Pattern TIMEOUT_WORDS = Pattern.compile(TIMEOUT + "[ =]([1-9]\\d{0,4})");

    @Override
    public String name() {
        return "check-cluster";
    }

    @Override
    public String summary() {
        return "asks every executor what it is, and whether it can compute";
    }

    @Override
    public String help() {
        return """
                usage: ./mar check-cluster [--timeout SECONDS] [--master URL] [spark-submit's options]

                Prints one line an executor: its name and host, its Java, its threads, and the device:
                of a GPU its memory, compute capability and the versions of its libraries. Each multiplies two
                matrices, and the product is compared with one in double precision.

                  --timeout SECONDS   how long to wait for an executor, %d if it is not given
                """.formatted(PATIENCE.toSeconds());
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        Duration patience = timeout(arguments);
        String longer = TIMEOUT + " SECONDS";
        ExecutorWish wish = new ExecutorWish(OptionalInt.empty(), OptionalInt.of(1), patience, longer);
        try (SparkSession spark = SparkSessions.open(name(), patience, longer)) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            out.printf("Spark %s at %s%n", context.version(), context.master());
            Cluster.of(context, wish, executors -> true, out);
            reports(context).forEach(out::println);
        }
    }

    private static Duration timeout(List<String> arguments) {
        String words = String.join(" ", arguments);
        if (words.isEmpty()) {
            return PATIENCE;
        }
        Matcher given = TIMEOUT_WORDS.matcher(words);
        if (!given.matches()) {
            throw new UsageException(
                    "check-cluster takes --timeout SECONDS and spark-submit's options, but was given " + words);
        }
        return Duration.ofSeconds(Long.parseLong(given.group(1)));
    }

    private static List<String> reports(JavaSparkContext context) {
        int slots = context.defaultParallelism();
        return context
                .parallelize(IntStream.range(0, slots).boxed().toList(), slots)
                .map(slot -> report())
                .distinct()
                .collect()
                .stream()
                .sorted()
                .toList();
    }

    /** Runs on executors; lasts long enough for every slot to take one. */
    private static String report() throws InterruptedException {
        Thread.sleep(MILLIS_A_TASK);
        SparkEnv env = SparkEnv.get();
        return "executor %s on %s: Java %s, %d processors, OMP_NUM_THREADS=%s, %s"
                .formatted(
                        env.executorId(),
                        env.blockManager().blockManagerId().host(),
                        System.getProperty("java.version"),
                        Runtime.getRuntime().availableProcessors(),
                        System.getenv("OMP_NUM_THREADS"),
                        DeviceReport.ofThisTask());
    }
}
