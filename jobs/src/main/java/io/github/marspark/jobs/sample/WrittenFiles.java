package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.FileStore;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is there in a folder and the folders in it; each of them is listed once. */
final class WrittenFiles {
    private final FileStore root;
    private final Map<String, Set<String>> names = new TreeMap<>();

    WrittenFiles(FileStore root) {
        this.root = root;
    }

    /** Whether there is a file of a relative path. */
    boolean has(String file) {
        int slash = file.indexOf('/');
        String folder = slash < 0 ? "" : file.substring(0, slash);
        return names.computeIfAbsent(folder, this::list).contains(file.substring(slash + 1));
    }

    private Set<String> list(String folder) {
        return Set.copyOf((folder.isEmpty() ? root : FileStore.at(root.path(folder).toString())).names());
    }
}
