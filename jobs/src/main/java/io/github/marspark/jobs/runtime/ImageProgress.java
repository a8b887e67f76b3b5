package io.github.marspark.jobs.runtime;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.collection.JavaConverters;

/** Says how far executors are with images, from what the executors tell with each heartbeat; driver only. */
public final class ImageProgress extends SparkListener implements AutoCloseable {
    private final String done;
    private final long accumulator;
    private final long total;
    private final ProgressLine line;
    private final long start = System.nanoTime();
    private final Map<Long, Long> imagesByTask = new HashMap<>();

    /**
     * Watches.
     *
     * @param done what happens to images, such as {@code encoded}
     * @param accumulator id of the one that counts images
     * @param total all images
     * @param out where a person reads it
     */
    public ImageProgress(String done, long accumulator, long total, PrintStream out) {
        this.done = done;
        this.accumulator = accumulator;
        this.total = total;
        this.line = new ProgressLine(out);
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
        long images = imagesByTask.values().stream().mapToLong(Long::longValue).sum();
        if (images > 0 && images < total) {
            line.show(() -> line(images, (System.nanoTime() - start) / 1e9));
        }
    }

    private String line(long images, double seconds) {
        double rate = images / seconds;
        return "%s %,d of %,d images  %d%%  %.1f images/s  %s"
                .formatted(done, images, total, 100 * images / total, rate, TimeLeft.words((total - images) / rate));
    }

    /** Takes away what a terminal shows. */
    @Override
    public void close() {
        line.close();
    }
}
