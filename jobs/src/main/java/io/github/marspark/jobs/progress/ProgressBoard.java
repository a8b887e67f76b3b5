package io.github.marspark.jobs.progress;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.runtime.ProgressLine;
import io.github.marspark.jobs.runtime.TimeLeft;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows a person how the training goes, and keeps the record of it. Driver only; thread-safe. */
public final class ProgressBoard implements AutoCloseable {
    private static final double SMOOTHING = 0.9;

    private final PrintStream out;
    private final ProgressLine progress;
    private final MetricsFile metrics;
    private final ProgressWatcher watcher;
    private final long steps;
    private @Nullable StepReport last;
    private double smoothedSeconds;
    private final int batch;
    private final long begin;
    private long firstStep;

    /**
     * A board.
     *
     * @param out where a person reads
     * @param metrics where the record is kept
     * @param watcher is told of each step and checkpoint
     * @param steps length of the training
     * @param batch images a step
     * @param begin when the training was asked for, of {@link System#nanoTime}
     */
    public ProgressBoard(
            PrintStream out, MetricsFile metrics, ProgressWatcher watcher, long steps, int batch, long begin) {
        this.out = out;
        this.progress = new ProgressLine(out);
        this.metrics = metrics;
        this.watcher = watcher;
        this.steps = steps;
        this.batch = batch;
        this.begin = begin;
    }

    public synchronized void say(String sentence) {
        out.println(Storage.shownIn(sentence));
    }

    /** Makes sure that what was told of the steps so far lasts, as it must before a checkpoint that covers them is shown. */
    public synchronized void keep() {
        metrics.save();
    }

    /** A checkpoint is complete. */
    public synchronized void saved(String checkpoint) {
        out.println("checkpoint " + Storage.shown(checkpoint));
        watcher.saved(checkpoint);
    }

    synchronized void add(StepReport report, String line) {
        metrics.add(report.step(), line);
        watcher.step(report);
        double seconds = batch / report.imagesPerSecond();
        smoothedSeconds = last == null ? seconds : SMOOTHING * smoothedSeconds + (1 - SMOOTHING) * seconds;
        if (report.validationLoss() != null) {
            out.printf(
                    Locale.ROOT, "step %d/%d  validation loss %.4f%n", report.step(), steps, report.validationLoss());
        }
        long now = System.nanoTime();
        firstStep = last == null ? now : firstStep;
        last = report;
        if (report.step() == steps) {
            progress.end(line(report));
        } else {
            progress.show(() -> line(report));
        }
    }

    private String line(StepReport report) {
        return String.format(
                Locale.ROOT,
                "step %d/%d  loss %.4f  %.1f images/s  %s  learning rate %.2e  gradient norm %.3f  epoch %.2f  computing %.0f%% waiting %.0f%% communicating %.0f%%",
                report.step(),
                steps,
                report.loss(),
                batch / smoothedSeconds,
                TimeLeft.words((steps - report.step()) * smoothedSeconds),
                report.learningRate(),
                report.gradientNorm(),
                report.epoch(),
                100 * report.computing(),
                100 * report.waiting(),
                100 * report.communicating());
    }

    /** How long it took from the wish for a training to the first step that was heard of. */
    public synchronized double secondsToFirstStep() {
        return (firstStep - begin) / 1e9;
    }

    /** The last step that was heard of. */
    public synchronized long lastStep() {
        return last == null ? 0 : last.step();
    }

    /** Takes away what a terminal shows of the present step. */
    @Override
    public void close() {
        progress.close();
    }
}
