package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.files.FileStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines of a file of metrics that count: of each step the one that was written last, and none that breaks off. Holds
 * the lines' steps and not the lines. Immutable.
 */
final class MetricsLines {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsLines.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long OF_NO_STEP = -1;

    private final FileStore store;
    private final String name;
    private final List<Long> steps;
    private final boolean areWhole;

    private MetricsLines(FileStore store, String name, List<Long> steps, boolean areWhole) {
        this.store = store;
        this.name = name;
        this.steps = steps;
        this.areWhole = areWhole;
    }

    /** What is done with a line. */
    @FunctionalInterface
    interface Use {
        void take(String line) throws IOException;
    }

    /**
     * Reads a file; one that is not there has no lines.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    static MetricsLines of(FileStore store, String name) {
        List<Long> steps = new ArrayList<>();
        long[] bytes = {0};
        try {
            read(store, name, line -> {
                steps.add(step(line));
                bytes[0] += line.getBytes(StandardCharsets.UTF_8).length + 1;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
        boolean allCount = leaveOutOverwritten(steps);
        if (!allCount) {
            LOG.warn("{} has lines that break off, or of one step twice; they are left out", store.path(name));
        }
        return new MetricsLines(
                store, name, steps, allCount && bytes[0] == store.lengths().getOrDefault(name, 0L));
    }

    private static void read(FileStore store, String name, Use use) throws IOException {
        if (!store.exists(name)) {
            return;
        }
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(store.read(name), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                use.take(line);
            }
        }
    }

    private static long step(String line) {
        try {
            StepReport report = JSON.readValue(line, StepReport.class);
            return report != null && report.step() >= 1 ? report.step() : OF_NO_STEP;
        } catch (JsonProcessingException cut) {
            return OF_NO_STEP;
        }
    }

    /** A step's line takes away what stood before about it and later ones; returns whether there was no such thing. */
    private static boolean leaveOutOverwritten(List<Long> steps) {
        long next = Long.MAX_VALUE;
        boolean allCount = true;
        for (int line = steps.size() - 1; line >= 0; line--) {
            if (steps.get(line) >= next || steps.get(line) == OF_NO_STEP) {
                steps.set(line, OF_NO_STEP);
                allCount = false;
            } else {
                next = steps.get(line);
            }
        }
        return allCount;
    }

    /** Whether all lines count and the last one has an end, so that another can follow. */
    boolean areWhole() {
        return areWhole;
    }

    /** The last step; 0 if there is none. */
    long last() {
        return steps.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Gives the lines about steps before one, in their order. */
    void before(long step, Use use) throws IOException {
        int[] at = {0};
        read(store, name, line -> {
            long own = steps.get(at[0]++);
            if (own != OF_NO_STEP && own < step) {
                use.take(line);
            }
        });
    }
}
