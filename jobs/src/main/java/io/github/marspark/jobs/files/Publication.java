package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** How files get their names: at once, as far as their file system can. */
final class Publication {
    private final FileSystem files;

    Publication(FileSystem files) {
        this.files = files;
    }

    /** Gives a whole file its name, in place of one that has it. */
    void replace(Path from, Path to) throws IOException {
        if (Storage.isLocal(to)) {
            java.nio.file.Path target = Storage.local(to);
            Files.createDirectories(target.resolveSibling("."));
            Files.move(
                    Storage.local(from), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        files.mkdirs(to.getParent());
        if (!files.rename(from, to)) { // file systems such as HDFS rename to free names only
            files.delete(to, false);
            if (!files.rename(from, to)) {
                throw new IOException("the file system refuses to rename " + from);
            }
        }
    }

    /** Gives a file or folder a name that nothing has. */
    void rename(Path from, Path to) throws IOException {
        if (files.exists(to)) {
            throw new IOException("there is something of that name");
        }
        if (!files.rename(from, to)) {
            throw new IOException("the file system refuses");
        }
    }

    /**
     * Writes a small file if there is none of its name.
     *
     * @return whether there was none, though somebody else may be writing one at the same moment
     */
    boolean createNew(Path file, byte[] content) throws IOException {
        return Storage.isLocal(file) ? createNew(Storage.local(file), content) : createNewElsewhere(file, content);
    }

    /** Hadoop's own way looks first and creates then. */
    private static boolean createNew(java.nio.file.Path file, byte[] content) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        OutputStream stream;
        try {
            stream = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException another) {
            return false;
        }
        try (stream) {
            stream.write(content);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return true;
    }

    private boolean createNewElsewhere(Path file, byte[] content) throws IOException {
        OutputStream stream;
        try {
            stream = files.create(file, false);
        } catch (IOException e) {
            if (files.exists(file)) {
                return false;
            }
            throw e;
        }
        try (stream) {
            stream.write(content);
        }
        return true;
    }
}
