package io.github.marspark.jobs;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a tokenizer on any file system that Hadoop knows. */
public final class TokenizerFolder {
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
            return Tokenizer.open(Path.of(store.path().toUri()));
        }
        try {
            return copied(store);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    store.path() + " holds no tokenizer that can be read; ./mar train-tokenizer writes one ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    private static Tokenizer copied(FileStore store) throws IOException {
        Path folder = Files.createTempDirectory("mar-tokenizer");
        try {
            copy(store, Tokenizer.WEIGHTS, folder);
            copy(store, Tokenizer.DESCRIPTION, folder);
            return Tokenizer.open(folder);
        } finally {
            Files.deleteIfExists(folder.resolve(Tokenizer.WEIGHTS));
            Files.deleteIfExists(folder.resolve(Tokenizer.DESCRIPTION));
            Files.delete(folder);
        }
    }

    private static void copy(FileStore store, String name, Path folder) throws IOException {
        try (InputStream stream = store.read(name)) {
            Files.copy(stream, folder.resolve(name));
        }
    }
}
