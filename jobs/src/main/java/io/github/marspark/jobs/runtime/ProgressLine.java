package io.github.marspark.jobs.runtime;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How far a job is: a line that moves on a {@link Terminal}; elsewhere a line of a log now and then, the more seldom the longer
 * it takes. Driver only; thread-safe.
 */
public final class ProgressLine implements AutoCloseable {
    private static final Duration MOVES = Duration.ofMillis(200);
    private static final Duration LOGS = Duration.ofSeconds(5);
    private static final Duration LOGS_LATER = Duration.ofMinutes(1);
    private static final Duration LATER = Duration.ofMinutes(10);

    private final PrintStream out;
    private final long begin = System.nanoTime();
    private long shown;
    private boolean isShown;

    /**
     * Of a job that begins now.
     *
     * @param out where a person reads it
     */
    public ProgressLine(PrintStream out) {
        this.out = out;
    }

    /**
     * Shows where the job is, unless it was shown just before.
     *
     * @param line parts separated by two spaces, the most important first
     */
    public synchronized void show(Supplier<String> line) {
        long now = System.nanoTime();
        if (isShown && now - shown < pause(now).toNanos()) {
            return;
        }
        isShown = true;
        shown = now;
        if (out instanceof Terminal terminal) {
            terminal.move(line.get());
        } else {
            out.println(line.get());
        }
    }

    private Duration pause(long now) {
        if (out instanceof Terminal) {
            return MOVES;
        }
        return now - begin < LATER.toNanos() ? LOGS : LOGS_LATER;
    }

    /**
     * Shows where the job was at last, for good.
     *
     * @param line as of {@link #show}
     */
    public synchronized void end(String line) {
        close();
        out.println(line);
    }

    /** Takes the line away. */
    @Override
    public synchronized void close() {
        if (out instanceof Terminal terminal) {
            terminal.move("");
        }
    }
}
