package io.github.marspark.jobs.checkpoint;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.jobs.exchange.Sharding;
import io.github.marspark.jobs.files.FileStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** Writes, compares and reads the files that a checkpoint consists of besides its manifest. */
public final class PartFiles {
    private static final int BUFFER = 1 << 18;

    private final FileStore store;

    /** In the folder of a training's checkpoints. */
    PartFiles(FileStore store) {
        this.store = store;
    }

    /**
     * Writes what a rank owns.
     *
     * @param unfinished from {@link CheckpointFolder#unfinished}
     * @param rank who writes
     * @param sharding of the parameters
     * @param tensors the four vectors of the rank's shard
     * @return what the manifest says about the file
     */
    public CheckpointPart write(String unfinished, int rank, Sharding sharding, VectorTensors tensors) {
        String file = CheckpointPart.name(rank, sharding.ranks());
        long from = sharding.from(rank);
        long to = sharding.from(rank + 1);
        Sha256 sum = new Sha256();
        Map<String, String> metadata = Map.of("from", Long.toString(from), "to", Long.toString(to));
        store.write(unfinished + "/" + file, stream -> {
            OutputStream summed = new BufferedOutputStream(sum.writing(stream), BUFFER);
            SafeTensors.write(summed, tensors, metadata);
            summed.flush();
        });
        return new CheckpointPart(file, from, to, length(unfinished + "/" + file), sum.digits());
    }

    private long length(String name) {
        try {
            return store.length(name);
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " has vanished after it was written", e);
        }
    }

    /**
     * Compares a file's length with what the manifest says.
     *
     * @param step the checkpoint's step
     * @param part of its manifest
     * @throws CheckpointException if the file is missing or of another length
     */
    public void requireThere(long step, CheckpointPart part) {
        String name = name(step, part);
        try {
            long length = store.length(name);
            if (length != part.bytes()) {
                throw new CheckpointException(
                        "%s has %d bytes, was written with %d".formatted(store.path(name), length, part.bytes()));
            }
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a file and compares its checksum.
     *
     * @param step the checkpoint's step
     * @param part of its manifest
     * @throws CheckpointException if the file is missing, truncated or altered
     */
    public void verify(long step, CheckpointPart part) {
        requireThere(step, part);
        String name = name(step, part);
        try (InputStream stream = store.read(name)) {
            if (!Sha256.of(stream).equals(part.sha256())) {
                throw new CheckpointException(store.path(name) + " is not what was written: its checksum differs");
            }
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What is done with an open file. */
    @FunctionalInterface
    interface Use {
        void read(NamedTensors tensors);
    }

    void open(long step, CheckpointPart part, Use use) {
        String name = name(step, part);
        try (FileStore.LocalFile file = store.local(name);
                SafeTensors tensors = SafeTensors.open(file.path())) {
            use.read(tensors);
        } catch (IOException e) {
            throw new CheckpointException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String name(long step, CheckpointPart part) {
        return CheckpointFolder.name(step) + "/" + part.file();
    }
}
