package io.github.marspark.jobs.files;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of this machine that is needed no longer than a process: it holds a mark of the process, so that another one
 * removes it when the first was killed.
 *
 * @param path where it is
 */
public record ScratchFolder(Path path) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchFolder.class);
    private static final String MARK = ".mar-owner.json";
    private static final Pattern NAMES = Pattern.compile("(mar|spark|blockmgr)-.*");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Makes a folder where Java keeps temporary files.
     *
     * @param purpose part of its name
     * @return to be closed
     * @throws IOException if it cannot be made
     */
    public static ScratchFolder make(String purpose) throws IOException {
        removeLeft(Path.of(System.getProperty("java.io.tmpdir")));
        ScratchFolder folder = new ScratchFolder(Files.createTempDirectory("mar-" + purpose + "-"));
        mark(folder.path);
        return folder;
    }

    /**
     * Marks a folder as this process's.
     *
     * @param folder that somebody has made for this process
     * @throws IOException if it cannot be written
     */
    public static void mark(Path folder) throws IOException {
        Files.write(folder.resolve(MARK), JSON.writeValueAsBytes(Owner.self()));
    }

    /**
     * Removes the folders whose processes are gone for sure, and says so.
     *
     * @param root where they lie
     */
    public static void removeLeft(Path root) {
        try (Stream<Path> there = Files.list(root)) {
            there.filter(folder ->
                            NAMES.matcher(String.valueOf(folder.getFileName())).matches())
                    .filter(ScratchFolder::isLeft)
                    .forEach(ScratchFolder::removeLeftFolder);
        } catch (IOException | UncheckedIOException unreadable) {
            LOG.debug("{} cannot be searched for what killed jobs have left", root, unreadable);
        }
    }

    private static boolean isLeft(Path folder) {
        return owner(folder).filter(owner -> owner.state() == Owner.State.GONE).isPresent();
    }

    private static Optional<Owner> owner(Path folder) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(folder.resolve(MARK)), Owner.class));
        } catch (IOException unmarked) {
            return Optional.empty();
        }
    }

    private static void removeLeftFolder(Path folder) {
        Optional<Owner> owner = owner(folder);
        try {
            delete(folder);
            LOG.info(
                    "removed {}, which {} had left when it was killed",
                    folder,
                    owner.map(Owner::toString).orElse(""));
        } catch (IOException e) {
            LOG.warn("{} was left by a job that was killed, and cannot be removed: {}", folder, e.toString());
        }
    }

    /** The mark goes last, so that what is left of this is removed by the next. */
    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.equals(folder.resolve(MARK))) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path visited, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (visited.equals(folder)) {
                    Files.deleteIfExists(folder.resolve(MARK));
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        try {
            delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be deleted: " + e.getMessage(), e);
        }
    }
}
