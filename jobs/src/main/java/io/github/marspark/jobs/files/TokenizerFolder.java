package io.github.marspark.jobs.files;

import io.github.marspark.data.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads and writes a tokenizer on any file system that Hadoop knows. */
public final class TokenizerFolder {
    /** The description last. */
    private static final List<String> FILES = List.of(Tokenizer.WEIGHTS, Tokenizer.DESCRIPTION);

    private TokenizerFolder() {}

    /**
     * Opens a tokenizer.
     *
     * @param address of its folder
     * @return the tokenizer, its weights in memory
     * @throws UncheckedIOException naming what is missing or damaged
     */
    public static Tokenizer open(String address) {
        FileStore store = FileStore.at(address);
        if (store.isLocal()) {
            return open(Storage.local(store.path()));
        }
        try (ScratchFolder scratch = ScratchFolder.make("tokenizer")) {
            for (String name : FILES) {
                take(store, name, scratch.path());
            }
            return open(scratch.path());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    store.path() + " holds no tokenizer that can be read; ./mar train-tokenizer writes one ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    private static Tokenizer open(Path folder) {
        try {
            return Tokenizer.open(folder);
        } catch (IllegalArgumentException impossible) {
            throw new UncheckedIOException(
                    "%s says what cannot be: %s; restore it, or train or import the tokenizer again"
                            .formatted(folder.resolve(Tokenizer.DESCRIPTION), impossible.getMessage()),
                    new IOException(impossible));
        }
    }

    /**
     * Writes a tokenizer, its description last, so that a folder which has it is whole.
     *
     * @param tokenizer what to write
     * @param address of its folder, which need not exist
     * @throws UncheckedIOException naming what cannot be written
     */
    public static void save(Tokenizer tokenizer, String address) {
        Lease.requireHeldByJob();
        FileStore store = FileStore.at(address);
        if (store.isLocal()) {
            tokenizer.save(Storage.local(store.path()));
            return;
        }
        try (ScratchFolder scratch = ScratchFolder.make("tokenizer")) {
            tokenizer.save(scratch.path());
            for (String name : FILES) {
                store.replace(name, stream -> Files.copy(scratch.path().resolve(name), stream));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(store.path() + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void take(FileStore store, String name, Path folder) throws IOException {
        try (InputStream stream = store.read(name)) {
            Files.copy(stream, folder.resolve(name));
        }
    }
}
