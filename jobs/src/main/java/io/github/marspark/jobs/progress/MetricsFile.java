package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code metrics.jsonl} next to the checkpoints: one line a step, the newest if a step was done again. On a local
 * disk it grows with every step, elsewhere it is written anew with every checkpoint. Driver only; thread-safe.
 */
public final class MetricsFile {
    public static final String NAME = "metrics.jsonl";
    private static final Logger LOG = LoggerFactory.getLogger(MetricsFile.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileStore store;
    private final NavigableMap<Long, String> lines = new TreeMap<>();

    public MetricsFile(FileStore store) {
        this.store = store;
        store.recover(NAME);
        if (store.exists(NAME)) {
            read();
        }
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(store.read(NAME), StandardCharsets.UTF_8))) {
            reader.lines().forEach(this::keep);
        } catch (IOException e) {
            throw new UncheckedIOException(store.path(NAME) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A line that was cut off when the driver died is left out. */
    private void keep(String line) {
        try {
            lines.put(JSON.readValue(line, StepReport.class).step(), line);
        } catch (JsonProcessingException cut) {
            LOG.warn("{} has a line that breaks off; it is left out", store.path(NAME));
        }
    }

    /** Adds a step; what was written about later steps belongs to an earlier attempt and goes. */
    synchronized void add(long step, String line) {
        boolean again = !lines.tailMap(step, true).isEmpty();
        lines.tailMap(step, true).clear();
        lines.put(step, line);
        if (again) {
            rewrite();
        } else if (store.isLocal()) {
            append(line);
        }
    }

    private void append(String line) {
        Path file = Storage.local(store.path(NAME));
        try {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(
                    file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Makes sure that all steps so far are in the file. */
    public synchronized void save() {
        if (!store.isLocal()) {
            rewrite();
        }
    }

    private void rewrite() {
        byte[] text = (String.join("\n", lines.values()) + "\n").getBytes(StandardCharsets.UTF_8);
        store.replace(NAME, stream -> stream.write(text));
    }

    /** The losses by step. */
    public synchronized Map<Long, Double> losses() {
        Map<Long, Double> losses = new TreeMap<>();
        for (String line : List.copyOf(lines.values())) {
            try {
                StepReport report = JSON.readValue(line, StepReport.class);
                losses.put(report.step(), report.loss());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a line of metrics is no JSON: " + line, e);
            }
        }
        return losses;
    }
}
