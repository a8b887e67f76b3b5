package io.github.marspark.jobs.progress;

import io.github.marspark.jobs.files.FileStore;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files that executors have written next to the checkpoints, and whether the driver sees them too: where each machine has a
 * disk of its own, it does not.
 *
 * @param folder in the folder of the checkpoints
 * @param lengths bytes of each file, by its name
 */
public record FilesSeen(String folder, Map<String, Long> lengths) {
    /** No files. */
    static final FilesSeen NONE = new FilesSeen("", Map.of());

    /** Copies the map. */
    public FilesSeen {
        lengths = new TreeMap<>(lengths);
    }

    /**
     * Looks for them.
     *
     * @param store the folder of the checkpoints
     * @return what was found instead of each file that is not as it should be, by its name
     */
    Map<String, String> missingFrom(FileStore store) {
        Map<String, Long> found = lengths.isEmpty()
                ? Map.of()
                : FileStore.at(store.path(folder).toString()).lengths();
        Map<String, String> missing = new TreeMap<>();
        lengths.forEach((name, length) -> {
            Long there = found.get(name);
            if (there == null) {
                missing.put(name, "is not there");
            } else if (!there.equals(length)) {
                missing.put(name, "has %d bytes instead of %d".formatted(there, length));
            }
        });
        return missing;
    }
}
