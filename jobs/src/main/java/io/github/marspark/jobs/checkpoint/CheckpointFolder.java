package io.github.marspark.jobs.checkpoint;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Shard;
import io.github.marspark.jobs.files.FileStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final int BUFFER = 1 << 18;

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
     * Refuses a folder of something else.
     *
     * @param besides names of files that a training writes next to its checkpoints
     * @throws CheckpointException if there are files and none is of a training
     */
    public void requireNothingElse(List<String> besides) {
        List<String> names =
                store.names().stream().filter(name -> !name.startsWith(".")).toList();
        boolean ours = names.stream()
                .anyMatch(name -> besides.contains(name) || NAME.matcher(name).matches() || name.startsWith(DAMAGED));
        if (!ours && !names.isEmpty()) {
            throw new CheckpointException("%s holds other data, %s among it; choose an empty folder by checkpoints="
                    .formatted(store.path(), names.get(0)));
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
     * Where the shards of a checkpoint are written before it is complete.
     *
     * @param step steps done
     * @param attempt name of the running attempt
     * @return name of the folder within this one
     */
    public static String unfinished(long step, String attempt) {
        return TEMPORARY + name(step) + "-" + attempt;
    }

    /**
     * Writes a shard.
     *
     * @param unfinished from {@link #unfinished}
     * @param rank who writes
     * @param ranks of how many
     * @param from index of the shard's first parameter
     * @param to index behind its last
     * @param tensors the four vectors, by their keys
     * @return what the manifest says about the file
     */
    public Shard writeShard(String unfinished, int rank, int ranks, long from, long to, VectorTensors tensors) {
        String file = "shard-%05d-of-%05d.safetensors".formatted(rank, ranks);
        MessageDigest digest = Sha256.begin();
        Map<String, String> metadata = Map.of("from", Long.toString(from), "to", Long.toString(to));
        store.write(unfinished + "/" + file, stream -> {
            OutputStream summed = new BufferedOutputStream(new DigestOutputStream(stream, digest), BUFFER);
            SafeTensors.write(summed, tensors, metadata);
            summed.flush();
        });
        return new Shard(file, from, to, length(unfinished + "/" + file), Sha256.end(digest));
    }

    private long length(String name) {
        try {
            return store.length(name);
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " has vanished after it was written", e);
        }
    }

    /**
     * Makes a checkpoint visible.
     *
     * @param unfinished folder with all shards
     * @param manifest about them
     */
    public void complete(String unfinished, CheckpointManifest manifest) {
        byte[] json = manifest.toJson();
        store.write(unfinished + "/" + MANIFEST, stream -> stream.write(json));
        store.write(
                unfinished + "/" + MANIFEST_SUM,
                stream -> stream.write(Sha256.of(json).getBytes(StandardCharsets.US_ASCII)));
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
     * Reads what a checkpoint says about itself.
     *
     * @param step its step
     * @return the manifest, whose checksum is right
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
            return CheckpointManifest.parse(json);
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    private byte[] bytes(String name) throws IOException {
        try (InputStream stream = store.read(name)) {
            return stream.readAllBytes();
        }
    }

    /**
     * Reads a shard's file and compares its checksum.
     *
     * @param step the checkpoint's step
     * @param shard of its manifest
     * @throws CheckpointException if the file is missing, truncated or altered
     */
    public void verify(long step, Shard shard) {
        String name = name(step) + "/" + shard.file();
        try {
            long length = store.length(name);
            if (length != shard.bytes()) {
                throw new CheckpointException(
                        "%s has %d bytes, was written with %d".formatted(store.path(name), length, shard.bytes()));
            }
            try (InputStream stream = store.read(name)) {
                if (!Sha256.of(stream).equals(shard.sha256())) {
                    throw new CheckpointException(store.path(name) + " is not what was written: its checksum differs");
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What is done with an open shard. */
    @FunctionalInterface
    interface ShardUse {
        void read(NamedTensors tensors);
    }

    void open(long step, Shard shard, ShardUse use) {
        String name = name(step) + "/" + shard.file();
        try (FileStore.LocalFile file = store.local(name);
                SafeTensors tensors = SafeTensors.open(file.path())) {
            use.read(tensors);
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }
}
