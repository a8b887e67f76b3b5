package io.github.marspark.jobs.runtime;

import io.github.marspark.jobs.files.Owner;
import io.github.marspark.jobs.files.WriteFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/** Says of a full disk which it is, where it was Spark that wrote, and Spark's own words do not tell. */
public final class SparkDisks {
    private static final Pattern TOLD = Pattern.compile("make room there");
    private static final Pattern TASK = Pattern.compile("\\(TID \\d+\\) \\((\\S+) executor");
    private static final Pattern PATH = Pattern.compile("while writing rows to (\\S+?)\\.?(?=\\s|$)");

    private SparkDisks() {}

    /**
     * Throws a sentence if a disk is full.
     *
     * @param failure that Spark threw
     * @param settings of Spark
     * @param folder that the job writes
     * @throws IllegalStateException naming host, folders, and what to do
     */
    public static void requireRoom(Exception failure, SparkConf settings, String folder) {
        String words = words(failure);
        WriteFailure.fullDisk(failure)
                .filter(full -> !TOLD.matcher(words).find())
                .ifPresent(full -> {
                    Matcher path = PATH.matcher(words);
                    String where = path.find()
                            ? path.group(1)
                            : "%s or %s, where Spark keeps what it sorts (spark.local.dir)"
                                    .formatted(
                                            folder, String.join(", ", DriverFolders.roots(settings, System.getenv())));
                    Matcher task = TASK.matcher(words);
                    throw new IllegalStateException(
                            "%s cannot be written: %s (on host %s); make room there, or name a folder on another disk, and start again"
                                    .formatted(where, full, task.find() ? task.group(1) : Owner.hostName()),
                            failure);
                });
    }

    private static String words(Throwable failure) {
        StringBuilder words = new StringBuilder();
        int causes = 0;
        for (Throwable cause = failure; cause != null && causes < 100; cause = cause.getCause(), causes++) {
            words.append(cause).append('\n');
        }
        return words.toString();
    }
}
