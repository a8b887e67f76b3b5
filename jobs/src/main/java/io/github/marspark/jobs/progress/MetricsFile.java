package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code metrics.jsonl} next to the checkpoints: one line a step, the newest if a step was done again. On a local
 * disk it grows with every step, elsewhere it is written anew with every checkpoint; what it holds stays in the file and
 * not in memory. Driver only; thread-safe.
 */
public final class MetricsFile {
    public static final String NAME = "metrics.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A step's line. */
    private record Line(long step, String text) {}

    private final FileStore store;
    private final List<Line> pending = new ArrayList<>();
    private long last;
    private boolean isAppendable;

    public MetricsFile(FileStore store) {
        this.store = store;
        store.recover(NAME);
        MetricsLines lines = lines();
        this.last = lines.last();
        this.isAppendable = lines.areWhole();
    }

    private MetricsLines lines() {
        return MetricsLines.of(store, NAME);
    }

    /**
     * Adds a step; what was written about it and later ones belongs to an earlier attempt and goes.
     *
     * @throws UncheckedIOException if the file cannot be written; the line is not lost, and written with the next
     */
    synchronized void add(long step, String line) {
        pending.removeIf(other -> other.step() >= step);
        pending.add(new Line(step, line));
        isAppendable &= step > last;
        if (store.isLocal()) {
            write();
        }
    }

    /**
     * Makes sure that all steps so far are in the file and outlast this machine.
     *
     * @throws UncheckedIOException if that cannot be
     */
    public synchronized void save() {
        write();
        if (store.isLocal() && store.exists(NAME)) {
            force(Storage.local(store.path(NAME)), StandardOpenOption.WRITE);
            force(Storage.local(store.path()), StandardOpenOption.READ);
        }
    }

    private void write() {
        if (pending.isEmpty()) {
            return;
        }
        if (isAppendable && store.isLocal()) {
            append();
        } else {
            rewrite();
        }
        last = pending.get(pending.size() - 1).step();
        pending.clear();
        isAppendable = true;
    }

    private void append() {
        Path file = Storage.local(store.path(NAME));
        isAppendable = false; // until all of it is written
        try {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(
                    file, text(), StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private String text() {
        return pending.stream().map(line -> line.text() + "\n").collect(Collectors.joining());
    }

    private void rewrite() {
        MetricsLines lines = lines();
        byte[] added = text().getBytes(StandardCharsets.UTF_8);
        store.replace(NAME, stream -> {
            lines.before(pending.get(0).step(), line -> stream.write((line + "\n").getBytes(StandardCharsets.UTF_8)));
            stream.write(added);
        });
    }

    private static void force(Path path, StandardOpenOption mode) {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static UncheckedIOException failure(Path path, IOException cause) {
        return new UncheckedIOException(path + " cannot be written: " + cause.getMessage(), cause);
    }

    /**
     * The reports of some steps, at equal distances, the last among them.
     *
     * @param most how many at most, more or less
     * @return in ascending order of the steps
     */
    public synchronized List<StepReport> reports(int most) {
        long every = Math.max(1, (Math.max(last, newest()) + most - 1) / most);
        List<StepReport> reports = new ArrayList<>();
        forEach(report -> {
            if (!reports.isEmpty() && reports.get(reports.size() - 1).step() % every != 0) {
                reports.remove(reports.size() - 1);
            }
            reports.add(report);
        });
        return reports;
    }

    private long newest() {
        return pending.isEmpty() ? 0 : pending.get(pending.size() - 1).step();
    }

    /** The losses by step. */
    public Map<Long, Double> losses() {
        return values(StepReport::loss);
    }

    /** The validation losses by step, of the steps that have one. */
    public Map<Long, Double> validationLosses() {
        return values(StepReport::validationLoss);
    }

    private synchronized Map<Long, Double> values(Function<StepReport, @Nullable Double> value) {
        Map<Long, Double> values = new TreeMap<>();
        forEach(report -> {
            Double found = value.apply(report);
            if (found != null) {
                values.put(report.step(), found);
            }
        });
        return values;
    }

    private void forEach(Consumer<StepReport> use) {
        long first = pending.isEmpty() ? Long.MAX_VALUE : pending.get(0).step();
        try {
            lines().before(first, line -> use.accept(report(line)));
        } catch (IOException e) {
            throw new UncheckedIOException(store.path(NAME) + " cannot be read: " + e.getMessage(), e);
        }
        pending.forEach(line -> use.accept(report(line.text())));
    }

    private static StepReport report(String line) {
        try {
            return JSON.readValue(line, StepReport.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a line of metrics is no JSON: " + line, e);
        }
    }
}
