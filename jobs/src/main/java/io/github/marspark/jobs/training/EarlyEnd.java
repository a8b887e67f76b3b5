package io.github.marspark.jobs.training;

import io.github.marspark.jobs.progress.ProgressServer;
import io.github.marspark.jobs.runtime.StopWish;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * The end of a training that is asked for: with a checkpoint after the step that is computed, or without one when that takes
 * too long. Driver only; thread-safe.
 */
final class EarlyEnd implements AutoCloseable {
    /** Schedulers kill 30 seconds after they have asked; the rest is for what follows. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final JavaSparkContext spark;
    private final PrintStream out;
    private final StopWish wish;
    private @Nullable ProgressServer server;
    private boolean isAsked;
    private CompletableFuture<Void> deadline = CompletableFuture.completedFuture(null);

    /** Of a training that begins now. */
    EarlyEnd(JavaSparkContext spark, PrintStream out) {
        this.spark = spark;
        this.out = out;
        this.wish = StopWish.takenBy(this::ask);
    }

    private synchronized void ask() {
        isAsked = true;
        out.println("asked to end: a checkpoint is saved after this step; asked once more, it ends at once");
        if (server != null) {
            server.askToStop();
        }
        deadline = CompletableFuture.runAsync(
                () -> spark.sc().cancelAllJobs(),
                CompletableFuture.delayedExecutor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    /** Tells the executors of an attempt, now or later, by their server. */
    synchronized void tell(ProgressServer ofAttempt) {
        server = ofAttempt;
        if (isAsked) {
            ofAttempt.askToStop();
        }
    }

    /** Whether the training is to end. */
    synchronized boolean isAsked() {
        return isAsked;
    }

    @Override
    public synchronized void close() {
        wish.close();
        deadline.cancel(false);
    }
}
