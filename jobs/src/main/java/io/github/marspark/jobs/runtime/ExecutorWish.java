package io.github.marspark.jobs.runtime;

import java.time.Duration;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;

/**
 * How many executors a job is to have.
 *
 * @param wanted how many; empty for as many as Spark was asked for, or as there are where it was asked for no number
 * @param fewest with how many the job goes on if the others have not come in time; empty if it must have all
 * @param patience how long it waits for them
 * @param longer how people ask for more patience
 */
public record ExecutorWish(OptionalInt wanted, OptionalInt fewest, Duration patience, String longer) {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What managers of clusters start where no number is given. */
    private static final int CUSTOMARY = 2;

    /** Of a training, whose patience is an argument. */
    public ExecutorWish(OptionalInt wanted, OptionalInt fewest, Duration patience) {
        this(wanted, fewest, patience, "executors-timeout=SECONDS");
    }

    /** All of the executors that a job wants, for which it waits two minutes. */
    public static ExecutorWish of(OptionalInt wanted) {
        return new ExecutorWish(wanted, OptionalInt.empty(), PATIENCE);
    }

    /** How long a job waits where nothing else is said. */
    public static long patienceSeconds() {
        return PATIENCE.toSeconds();
    }

    /** What a job waits for that begins again after a loss: as many executors as it began with. */
    public ExecutorWish again(Cluster cluster) {
        return new ExecutorWish(OptionalInt.of(cluster.tasks()), fewest, patience, longer);
    }

    /**
     * How many are to come.
     *
     * @param settings of the application
     * @return empty if nobody has said a number
     */
    OptionalInt expected(SparkConf settings) {
        if (wanted.isPresent()) {
            return wanted;
        }
        if (settings.getBoolean("spark.dynamicAllocation.enabled", false)) {
            return OptionalInt.empty();
        }
        String master = settings.get("spark.master", "");
        boolean started = master.startsWith("yarn") || master.startsWith("k8s");
        int instances = settings.getInt("spark.executor.instances", started ? CUSTOMARY : 0);
        int cores = settings.getInt("spark.executor.cores", 0);
        int asked = instances > 0 ? instances : cores == 0 ? 0 : settings.getInt("spark.cores.max", 0) / cores;
        return asked == 0 ? OptionalInt.empty() : OptionalInt.of(asked);
    }
}
