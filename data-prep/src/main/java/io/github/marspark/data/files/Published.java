package io.github.marspark.data.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Publishes files and folders of this machine by a rename: who looks sees the old one or the new one, and after a power cut
 * the one that was there last is whole.
 *
 * <p>What is written lies beside its place under a name that begins with a dot, is brought to the disk, and gets its name;
 * on failure it is deleted. Two writers of one file leave what the later of them wrote.
 */
public final class Published {

    /** Writes a file. */
    @FunctionalInterface
    public interface FileContent {
        /**
         * Writes the whole content.
         *
         * @param channel at the beginning of the new file
         * @throws IOException if it does not take the bytes
         */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Fills a folder. */
    @FunctionalInterface
    public interface FolderContent {
        /**
         * Writes all files.
         *
         * @param folder new and empty, under another name than it will have
         * @throws IOException if one cannot be written
         */
        void writeInto(Path folder) throws IOException;
    }

    private Published() {}

    /**
     * Writes a file; one of that name is replaced.
     *
     * @param file its path; the folder must be there
     * @param content what is written
     * @throws IOException if it cannot be written; then what was there is as it was
     */
    public static void file(Path file, FileContent content) throws IOException {
        Path temporary = temporary(file);
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            rename(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /**
     * Writes a file of bytes that are at hand; one of that name is replaced.
     *
     * @param file its path; the folder must be there
     * @param content all of it
     * @throws IOException if it cannot be written; then what was there is as it was
     */
    public static void file(Path file, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        file(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /**
     * Writes a folder with all that is in it; one writer at a time, who removes what one before him left half written.
     *
     * @param folder its path, where nothing or an empty folder is; the folder around it must be there
     * @param content what is written
     * @throws FileAlreadyExistsException if something is there already
     * @throws IOException if it cannot be written; then nothing is there
     */
    public static void folder(Path folder, FolderContent content) throws IOException {
        requireFree(folder);
        Path temporary = folder.resolveSibling("." + folder.getFileName() + ".tmp");
        delete(temporary);
        try {
            content.writeInto(Files.createDirectory(temporary));
            for (Path path : deepestFirst(temporary)) {
                force(path);
            }
            requireFree(folder);
            rename(temporary, folder);
        } finally {
            delete(temporary);
        }
    }

    private static void delete(Path folder) throws IOException {
        for (Path path : deepestFirst(folder)) {
            Files.delete(path);
        }
    }

    private static Path temporary(Path path) {
        return path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
    }

    private static void requireFree(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> inside = Files.list(folder)) {
                if (inside.findAny().isEmpty()) {
                    return;
                }
            }
        }
        throw new FileAlreadyExistsException(folder.toString(), null, "something is there already");
    }

    /** The rename is lasting only when the folder around, which holds the names, is on the disk too. */
    private static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(Objects.requireNonNull(to.toAbsolutePath().normalize().getParent(), "a folder around what has a name"));
    }

    private static void force(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static List<Path> deepestFirst(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(path)) {
            return paths.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
