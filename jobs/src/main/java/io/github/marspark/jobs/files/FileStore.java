package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A folder on any file system that Hadoop knows; errors name the path. */
public final class FileStore {
    private final FileSystem files;
    private final Path folder;
    private final Publication publication;

    private FileStore(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
        this.publication = new Publication(files);
    }

    /**
     * A folder, which need not exist.
     *
     * @param address a path of the default file system, or with its own scheme
     * @return the folder
     */
    public static FileStore at(String address) {
        Path folder = Storage.qualified(address);
        return new FileStore(Storage.of(folder), folder);
    }

    /**
     * The folder's path.
     *
     * @return with its scheme
     */
    public Path path() {
        return folder;
    }

    /**
     * A place in the folder.
     *
     * @param name relative path
     * @return with its scheme
     */
    public Path path(String name) {
        return new Path(folder, name);
    }

    /**
     * Whether it lies on this machine's own disks.
     *
     * @return whether its scheme is that of local files
     */
    public boolean isLocal() {
        return Storage.isLocal(folder);
    }

    /**
     * Whether there is a folder.
     *
     * @return whether it exists
     */
    public boolean exists() {
        try {
            return files.exists(folder);
        } catch (IOException e) {
            throw failure("cannot be looked at", folder, e);
        }
    }

    /**
     * What stands in the folder, hidden or not, but for a lease.
     *
     * @return names in their order; none if there is no folder
     */
    public List<String> names() {
        return everyName().stream().filter(name -> !LeaseFiles.isOne(name)).toList();
    }

    List<String> everyName() {
        try {
            return files.exists(folder)
                    ? Arrays.stream(files.listStatus(folder))
                            .map(FileStatus::getPath)
                            .map(Path::getName)
                            .sorted()
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw failure("cannot be listed", folder, e);
        }
    }

    /**
     * The lengths of the files in the folder.
     *
     * @return name and bytes of each; none if there is no folder
     */
    public Map<String, Long> lengths() {
        try {
            return files.exists(folder)
                    ? Arrays.stream(files.listStatus(folder))
                            .collect(Collectors.toMap(status -> status.getPath().getName(), FileStatus::getLen))
                    : Map.of();
        } catch (IOException e) {
            throw failure("cannot be listed", folder, e);
        }
    }

    /**
     * How Hadoop reaches the folder.
     *
     * @return its settings
     */
    public Configuration configuration() {
        return files.getConf();
    }

    /**
     * Whether something is there.
     *
     * @param name relative path
     * @return whether it exists
     */
    public boolean exists(String name) {
        try {
            return files.exists(path(name));
        } catch (IOException e) {
            throw failure("cannot be looked at", path(name), e);
        }
    }

    /**
     * The length of a file.
     *
     * @param name relative path
     * @return bytes
     * @throws IOException if there is no such file
     */
    public long length(String name) throws IOException {
        return files.getFileStatus(path(name)).getLen();
    }

    /**
     * Opens a file.
     *
     * @param name relative path
     * @return its bytes, to be closed
     * @throws IOException if it cannot be read
     */
    public InputStream read(String name) throws IOException {
        return files.open(path(name));
    }

    /** What is written to a file. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes the whole content.
         *
         * @param stream where to
         * @throws IOException if it does not take the bytes
         */
        void writeTo(OutputStream stream) throws IOException;
    }

    /**
     * Writes a file, and its folder if need be.
     *
     * @param name relative path
     * @param content what is written
     */
    public void write(String name, Content content) {
        try (OutputStream stream = create(name)) {
            content.writeTo(stream);
        } catch (IOException e) {
            throw WriteFailure.of(path(name), e);
        }
    }

    /**
     * Begins a file, and its folder if need be; one of that name is replaced.
     *
     * @param name relative path
     * @return whose bytes are on the disk when it is closed, and whose failures name the path
     */
    public OutputStream create(String name) {
        try {
            return new DurableStream(files.create(path(name), true), path(name));
        } catch (IOException e) {
            throw WriteFailure.of(path(name), e);
        }
    }

    /**
     * Writes a small file that is not there yet, and its folder if need be.
     *
     * @param name relative path
     * @param content all of it
     * @return whether; false if there is one, though somebody may write it at the same moment
     */
    boolean createNew(String name, byte[] content) {
        try {
            return publication.createNew(path(name), content);
        } catch (IOException e) {
            throw WriteFailure.of(path(name), e);
        }
    }

    /**
     * Writes a file under another name first, so that there is an old or a new one, and on file systems that cannot replace
     * a file at once at least the other name, which {@link #recover} takes.
     *
     * @param name of the file, in this folder itself
     * @param content what is written
     */
    public void replace(String name, Content content) {
        write(temporary(name), content);
        publish(temporary(name), name);
    }

    /**
     * Gives a whole file its name, in place of one that has it; at once where the file system can.
     *
     * @param from relative path, or one with its scheme
     * @param to relative path
     */
    public void publish(String from, String to) {
        try {
            publication.replace(path(from), path(to));
        } catch (IOException e) {
            throw WriteFailure.of(path(to), e);
        }
    }

    /**
     * Takes what {@link #replace} has written when something broke between its last two acts.
     *
     * @param name of the file
     */
    public void recover(String name) {
        if (!exists(name) && exists(temporary(name))) {
            rename(temporary(name), name);
        }
    }

    static String temporary(String name) {
        return "." + name + ".tmp";
    }

    /**
     * Gives a file or folder another name.
     *
     * @param from relative path
     * @param to relative path, of nothing
     */
    public void rename(String from, String to) {
        try {
            publication.rename(path(from), path(to));
        } catch (IOException e) {
            throw failure("cannot be renamed to " + to, path(from), e);
        }
    }

    /**
     * Deletes a file, or a folder and what is in it.
     *
     * @param name relative path
     */
    public void delete(String name) {
        try {
            files.delete(path(name), true);
        } catch (IOException e) {
            throw failure("cannot be deleted", path(name), e);
        }
    }

    /** Deletes the folder if nothing is in it. */
    public void deleteEmpty() {
        try {
            if (files.exists(folder) && files.listStatus(folder).length == 0) {
                files.delete(folder, false);
            }
        } catch (IOException e) {
            throw failure("cannot be deleted", folder, e);
        }
    }

    /**
     * The file on a local disk: itself, or a copy that is deleted when done.
     *
     * @param name relative path
     * @return to be closed
     * @throws IOException if it cannot be read
     */
    public LocalFile local(String name) throws IOException {
        if (isLocal()) {
            return new LocalFile(Storage.local(path(name)), Optional.empty());
        }
        ScratchFolder scratch = ScratchFolder.make("copy");
        java.nio.file.Path copy = scratch.path().resolve(path(name).getName());
        try {
            files.copyToLocalFile(false, path(name), new Path(copy.toUri()), true);
        } catch (IOException | RuntimeException e) {
            scratch.close();
            throw e;
        }
        return new LocalFile(copy, Optional.of(scratch));
    }

    /**
     * A file on a local disk.
     *
     * @param path where it is
     * @param scratch where it lies if it is a copy
     */
    public record LocalFile(java.nio.file.Path path, Optional<ScratchFolder> scratch) implements AutoCloseable {
        @Override
        public void close() {
            scratch.ifPresent(ScratchFolder::close);
        }
    }

    private static UncheckedIOException failure(String what, Path path, IOException cause) {
        return new UncheckedIOException("%s %s: %s".formatted(path, what, cause.getMessage()), cause);
    }
}
