package io.github.marspark.jobs.checkpoint;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The folder of a training's checkpoints: one folder {@code step-00000500} each, which appears by a rename when it is
 * complete. What begins with a dot is being written, or was when something broke.
 */
public final class CheckpointFolder {
    private static final Pattern NAME = Pattern.compile("step-(\\d+)");
    /** The file of a checkpoint that says what the others hold. */
    public static final String MANIFEST = "manifest.json";

    private static final String MANIFEST_SUM = "manifest.sha256";
    private static final String TEMPORARY = ".tmp-";
    private static final String DAMAGED = "damaged-";
    private static final int MOST_PROBLEMS = 10;

    private final FileStore store;

    /**
     * A folder, which need not exist.
     *
     * @param address a path of any file system that Hadoop knows
     */
    public CheckpointFolder(String address) {
        this.store = FileStore.at(address);
    }

    /**
     * Where it lies.
     *
     * @return the folder
     */
    public FileStore store() {
        return store;
    }

    /**
     * The files that its checkpoints consist of.
     *
     * @return all of them
     */
    public PartFiles parts() {
        return new PartFiles(store);
    }

    /**
     * The address of a checkpoint.
     *
     * @param step steps done
     * @return with the scheme of its file system
     */
    public String address(long step) {
        return store.path(name(step)).toString();
    }

    /**
     * The name of a checkpoint.
     *
     * @param step steps done
     * @return such as {@code step-00000500}
     */
    public static String name(long step) {
        return "step-%08d".formatted(step);
    }

    /**
     * The steps of the checkpoints in the folder.
     *
     * @return the newest first
     */
    public List<Long> steps() {
        return store.names().stream()
                .map(NAME::matcher)
                .filter(Matcher::matches)
                .map(name -> Long.valueOf(name.group(1)))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /**
     * The checkpoints that were put out of the way because they are damaged.
     *
     * @return their names
     */
    public List<String> damaged() {
        return store.names().stream().filter(name -> name.startsWith(DAMAGED)).toList();
    }

    /**
     * Refuses a folder of something else.
     *
     * @param besides names of files that a training writes next to its checkpoints
     * @throws IllegalStateException if there are files and none is of a training
     */
    public void requireNothingElse(List<String> besides) {
        boolean ours = store.names().stream()
                .anyMatch(name -> besides.contains(name) || NAME.matcher(name).matches() || name.startsWith(DAMAGED));
        if (!ours) {
            MadeFolder.requireNothingElse(store, Product.CHECKPOINTS, name -> false);
        }
    }

    // ---- writing

    /**
     * Removes what earlier attempts left unfinished.
     *
     * @param except name that a running attempt uses
     */
    public void removeUnfinished(String except) {
        store.names().stream()
                .filter(name -> name.startsWith(TEMPORARY) && !name.contains(except))
                .forEach(store::delete);
    }

    /**
     * Where small files are tried before the first step.
     *
     * @param attempt name of the running attempt
     * @return name of the folder within this one
     */
    public static String probes(String attempt) {
        return TEMPORARY + "probe-" + attempt;
    }

    /**
     * Writes a small file there.
     *
     * @param attempt name of the running attempt
     * @param name of the file
     * @return its length
     * @throws UncheckedIOException if nothing can be written
     */
    public long writeProbe(String attempt, String name) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        store.write(probes(attempt) + "/" + name, stream -> stream.write(content));
        return content.length;
    }

    /**
     * Removes those files.
     *
     * @param attempt name of the running attempt
     */
    public void removeProbes(String attempt) {
        store.delete(probes(attempt));
    }

    /**
     * Where the parts of a checkpoint are written before it is complete.
     *
     * @param step steps done
     * @param attempt name of the running attempt
     * @return name of the folder within this one
     */
    public static String unfinished(long step, String attempt) {
        return TEMPORARY + name(step) + "-" + attempt;
    }

    /**
     * Makes a checkpoint visible.
     *
     * @param unfinished folder with all parts
     * @param manifest about them
     */
    public void complete(String unfinished, CheckpointManifest manifest) {
        byte[] json = manifest.toJson();
        store.write(unfinished + "/" + MANIFEST, stream -> stream.write(json));
        store.write(
                unfinished + "/" + MANIFEST_SUM,
                stream -> stream.write(Sha256.of(json).getBytes(StandardCharsets.US_ASCII)));
        Lease.requireHeldByJob();
        String name = name(manifest.step());
        if (store.exists(name)) {
            store.delete(name);
        }
        store.rename(unfinished, name);
    }

    /**
     * Deletes old checkpoints.
     *
     * @param keep how many of the newest to keep
     * @param keepEvery multiples of this many steps are kept as well; 0 for none
     */
    public void prune(int keep, long keepEvery) {
        steps().stream()
                .skip(keep)
                .filter(step -> keepEvery == 0 || step % keepEvery != 0)
                .forEach(step -> store.delete(name(step)));
    }

    /**
     * Puts a damaged checkpoint out of the way, so that it is neither used nor overwritten.
     *
     * @param step its step
     * @return its new name
     */
    public String setAside(long step) {
        String aside = DAMAGED + name(step);
        if (store.exists(aside)) {
            store.delete(aside);
        }
        store.rename(name(step), aside);
        return aside;
    }

    // ---- reading

    /**
     * Says that nothing here can be gone on from.
     *
     * @param problems what is wrong with each checkpoint, by steps; empty if there is none
     * @return with a line for each
     */
    public CheckpointException noneUsable(Map<Long, String> problems) {
        if (problems.isEmpty()) {
            return new CheckpointException("%s has no checkpoint; ./mar train writes them".formatted(store.path()));
        }
        String list = problems.values().stream()
                .limit(MOST_PROBLEMS)
                .map("\n  %s"::formatted)
                .collect(Collectors.joining());
        String more =
                problems.size() > MOST_PROBLEMS ? "\n  and %d more".formatted(problems.size() - MOST_PROBLEMS) : "";
        return new CheckpointException(
                "%s holds %d of a training's checkpoints and none of them can be used; bring one back from a copy, or begin anew in another folder with checkpoints=…%s%s"
                        .formatted(store.path(), problems.size(), list, more));
    }

    /**
     * Reads what a checkpoint says about itself.
     *
     * @param step its step
     * @return the manifest, whose checksum is right
     * @throws CheckpointFormatException if another version of the program wrote it in another form
     * @throws CheckpointException if it is damaged
     */
    public CheckpointManifest manifest(long step) {
        String name = name(step) + "/" + MANIFEST;
        try {
            byte[] json = bytes(name);
            String sum = new String(bytes(name(step) + "/" + MANIFEST_SUM), StandardCharsets.US_ASCII);
            if (!sum.equals(Sha256.of(json))) {
                throw new CheckpointException(store.path(name) + " is not what was written: its checksum differs");
            }
            return CheckpointManifest.parse(json, store.path(name).toString());
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    private byte[] bytes(String name) throws IOException {
        try (InputStream stream = store.read(name)) {
            return stream.readAllBytes();
        }
    }
}
