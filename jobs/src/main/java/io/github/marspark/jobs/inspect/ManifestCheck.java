package io.github.marspark.jobs.inspect;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.latents.LatentManifest;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compares files of latents with what their folder's manifest says of them. */
public final class ManifestCheck {
    private final FileStore store;
    private final Map<String, LatentManifest.Row> expected;
    private final List<String> differences = new ArrayList<>();
    private int files;

    private ManifestCheck(FileStore store, List<LatentManifest.Row> rows) {
        this.store = store;
        this.expected = rows.stream().collect(Collectors.toMap(LatentManifest.Row::file, Function.identity()));
    }

    /** Reads the manifest. */
    public static ManifestCheck of(FileStore store) {
        return new ManifestCheck(store, LatentManifest.read(store));
    }

    /**
     * Compares a file.
     *
     * @param file as it was read
     */
    public void see(SeenFile file) {
        files++;
        LatentManifest.Row row = expected.remove(file.name());
        if (row == null) {
            differences.add(file.name() + " is not in it");
            return;
        }
        compare(file.name(), "bytes", file.bytes(), row.bytes());
        compare(file.name(), "records", file.records(), row.records());
        compare(file.name(), "the labels and their records", file.labels(), row.labels());
        compare(file.name(), "the SHA-256", file.sha256(), row.sha256());
    }

    private void compare(String file, String what, Object found, Object said) {
        if (!found.equals(said)) {
            differences.add("%s has %s %s, where it says %s".formatted(file, what, found, said));
        }
    }

    /**
     * Prints what was found, a line a difference.
     *
     * @throws IllegalStateException if there are any
     */
    public void print(PrintStream out) {
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
