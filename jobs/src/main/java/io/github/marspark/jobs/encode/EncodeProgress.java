package io.github.marspark.jobs.encode;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.collection.JavaConverters;

/** Says how far the encoding is, from what the executors tell with each heartbeat; driver only. */
final class EncodeProgress extends SparkListener {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final long accumulator;
    private final long total;
    private final PrintStream out;
    private final long start = System.nanoTime();
    private final Map<Long, Long> imagesByTask = new HashMap<>();
    private long told = start;

    /**
     * Watches.
     *
     * @param accumulator id of the one that counts images
     * @param total images to be encoded
     * @param out where a person reads it
     */
    EncodeProgress(long accumulator, long total, PrintStream out) {
        this.accumulator = accumulator;
        this.total = total;
        this.out = out;
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        JavaConverters.seqAsJavaList(update.accumUpdates())
                .forEach(task -> JavaConverters.seqAsJavaList(task._4()).forEach(info -> see((Long) task._1(), info)));
        tell();
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.reason() instanceof org.apache.spark.Success$) {
            JavaConverters.seqAsJavaList(end.taskInfo().accumulables())
                    .forEach(info -> see(end.taskInfo().taskId(), info));
        } else {
            imagesByTask.remove(end.taskInfo().taskId());
        }
        tell();
    }

    private void see(long task, AccumulableInfo info) {
        if (info.id() == accumulator
                && info.update().isDefined()
                && info.update().get() instanceof Number images) {
            imagesByTask.put(task, images.longValue());
        }
    }

    private void tell() {
        long done = imagesByTask.values().stream().mapToLong(Long::longValue).sum();
        long now = System.nanoTime();
        if (done > 0 && done < total && now - told >= PAUSE.toNanos()) {
            told = now;
            out.println(line(done, total, (now - start) / 1e9));
        }
    }

    static String line(long done, long total, double seconds) {
        double rate = done / seconds;
        return "encoded %d of %d images (%d %%), %.1f images/s, %s left"
                .formatted(done, total, 100 * done / total, rate, words((long) ((total - done) / rate)));
    }

    private static String words(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? "%d min %d s".formatted(seconds / 60, seconds % 60)
                : "%d h %d min".formatted(seconds / 3600, seconds / 60 % 60);
    }
}
