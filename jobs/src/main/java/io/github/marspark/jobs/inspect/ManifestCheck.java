package io.github.marspark.jobs.inspect;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.latents.LatentManifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compares files of latents with what their folder's manifest says of them. */
final class ManifestCheck {
    private final FileStore store;
    private final Map<String, LatentManifest.Row> expected;
    private final List<String> differences = new ArrayList<>();
    private int files;

    private ManifestCheck(FileStore store, List<LatentManifest.Row> rows) {
        this.store = store;
        this.expected = rows.stream().collect(Collectors.toMap(LatentManifest.Row::file, Function.identity()));
    }

    /** Reads the manifest. */
    static ManifestCheck of(FileStore store) {
        return new ManifestCheck(store, LatentManifest.read(store));
    }

    /**
     * Compares a file.
     *
     * @param file its name
     * @param labels how many records each label has
     */
    void see(String file, Map<Integer, Long> labels) {
        files++;
        LatentManifest.Row row = expected.remove(file);
        if (row == null) {
            differences.add(file + " is not in it");
            return;
        }
        Contents contents = contents(file);
        compare(file, "bytes", contents.bytes(), row.bytes());
        compare(file, "records", sum(labels), row.records());
        compare(file, "the labels and their records", labels, row.labels());
        compare(file, "the SHA-256", contents.sha256(), row.sha256());
    }

    private void compare(String file, String what, Object found, Object said) {
        if (!found.equals(said)) {
            differences.add("%s has %s %s, where it says %s".formatted(file, what, found, said));
        }
    }

    private static long sum(Map<Integer, Long> labels) {
        return labels.values().stream().mapToLong(Long::longValue).sum();
    }

    private record Contents(long bytes, String sha256) {}

    private Contents contents(String file) {
        MessageDigest digest = Sha256.begin();
        try (InputStream stream = new DigestInputStream(store.read(file), digest)) {
            long bytes = stream.transferTo(OutputStream.nullOutputStream());
            return new Contents(bytes, Sha256.end(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(store.path(file) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Prints what was found, a line a difference.
     *
     * @throws IllegalStateException if there are any
     */
    void print(PrintStream out) {
        expected.keySet().stream().sorted().forEach(file -> differences.add(file + " is missing"));
        differences.forEach(difference -> out.println("manifest       " + difference));
        if (!differences.isEmpty()) {
            throw new IllegalStateException(
                    "%s and the files differ in %d places, told above; delete the files that differ with their reports, and the manifest, and encode again"
                            .formatted(store.path(LatentManifest.NAME), differences.size()));
        }
        out.printf("manifest       agrees with %d file%s%n", files, files == 1 ? "" : "s");
    }
}
