package io.github.marspark.data.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/** A file that appears under its name only when it is whole and on the disk. */
final class ReplacedFile {

    /** Writes the whole content. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    private ReplacedFile() {}

    /**
     * Writes to a temporary file in the same folder and renames it; on failure nothing is left behind.
     *
     * @throws WeightFileException if writing fails
     */
    static void write(Path file, Content content) {
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            writeAndMove(temporary, file, content);
        } catch (WeightFileException e) {
            throw e;
        } catch (UncheckedIOException e) {
            throw WeightFileException.writing(file, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw WeightFileException.writing(file, e);
        }
    }

    private static void writeAndMove(Path temporary, Path file, Content content) throws IOException {
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
