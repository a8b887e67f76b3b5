package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.progress.FilesSeen;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds out before the first step whether checkpoints could be written: each rank writes a small file, and the driver must
 * see all of them.
 */
final class FolderProbe {
    private final CheckpointFolder folder;
    private final String attempt;
    private final Exchange exchange;
    private final String host;

    /**
     * Of a rank.
     *
     * @param folder of the checkpoints, as this rank sees it
     * @param attempt name of this one
     * @param exchange with the others
     * @param host of this rank, for messages
     */
    FolderProbe(CheckpointFolder folder, String attempt, Exchange exchange, String host) {
        this.folder = folder;
        this.attempt = attempt;
        this.exchange = exchange;
        this.host = host;
    }

    /** A rank's file: where the rank runs, how the file is called and how long it is. */
    record Written(String host, String name, long bytes) {}

    /**
     * Tries, on all ranks at once.
     *
     * @param driver what it finds instead of files, asked by rank 0
     * @return the same on all ranks
     */
    Outcome<Long> run(Function<FilesSeen, Map<String, String>> driver) {
        List<Outcome<Written>> written =
                Outcome.gather(exchange, 0, "trial of the checkpoints' folder", write(), Written.class);
        Outcome<Long> own = exchange.rank() == 0 ? judge(written, driver) : new Outcome.Done<>(0L);
        Outcome<Long> verdict = Outcome.gather(exchange, 0, "sight of the checkpoints' folder", own, Long.class)
                .get(0);
        if (exchange.rank() == 0 || verdict.failure().isPresent()) {
            folder.removeProbes(attempt);
        }
        return verdict;
    }

    private Outcome<Written> write() {
        String name = "rank-%05d".formatted(exchange.rank());
        try {
            return new Outcome.Done<>(new Written(host, name, folder.writeProbe(attempt, name)));
        } catch (UncheckedIOException e) {
            return new Outcome.Failed<>("rank %d on %s: %s".formatted(exchange.rank(), host, e.getMessage()));
        }
    }

    private Outcome<Long> judge(List<Outcome<Written>> all, Function<FilesSeen, Map<String, String>> driver) {
        Map<String, Written> files = new TreeMap<>();
        for (Outcome<Written> one : all) {
            if (one instanceof Outcome.Failed<Written> failed) {
                return new Outcome.Failed<>("no checkpoint can be written: " + failed.reason());
            }
            if (one instanceof Outcome.Done<Written> done) {
                files.put(done.value().name(), done.value());
            }
        }
        Map<String, Long> lengths = files.values().stream().collect(Collectors.toMap(Written::name, Written::bytes));
        return driver.apply(new FilesSeen(CheckpointFolder.probes(attempt), lengths)).entrySet().stream()
                .findFirst()
                .<Outcome<Long>>map(unseen -> new Outcome.Failed<>(sentence(unseen.getKey(), unseen.getValue(), files)))
                .orElseGet(() -> new Outcome.Done<>(0L));
    }

    private String sentence(String file, String found, Map<String, Written> files) {
        Written written = files.get(file);
        if (written == null) {
            return "the driver cannot write next to the checkpoints: " + found;
        }
        return "%s is not one folder for all machines: what %s on %s wrote there %s for the driver; give a folder on a file system that they share with checkpoints=…"
                .formatted(folder.store().path(), written.name(), written.host(), found);
    }
}
