package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.jspecify.annotations.Nullable;

/** What stands in one folder, read as it is asked for; a failure half-way is thrown as an {@link IOException}. */
interface FolderEntries extends Closeable {
    /** The next one, or null after the last. */
    @Nullable
    Entry next() throws IOException;

    /**
     * One name in a folder.
     *
     * @param name without the folder
     * @param folder whether it is a folder itself
     * @param length in bytes
     * @param modified in milliseconds since 1970
     * @param problem why it cannot be read, null if nothing speaks against it
     */
    record Entry(
            String name,
            boolean folder,
            long length,
            long modified,
            @Nullable String problem) {}

    /**
     * Opens a folder. Local ones are read with Java's own library: Hadoop's leaves out links to nothing and names that
     * are not in the character set of the system, and nothing is to be lost.
     */
    static FolderEntries of(Path folder) throws IOException {
        return Storage.isLocal(folder) ? new Local(folder) : new Remote(folder);
    }

    /** Where a folder really is, all links followed; null where there are no links. */
    static java.nio.file.@Nullable Path place(Path folder) throws IOException {
        return Storage.isLocal(folder) ? Storage.local(folder).toRealPath() : null;
    }

    /** Where a link leads, all others followed; null of what is no link. */
    static java.nio.file.@Nullable Path linked(Path path) throws IOException {
        return Storage.isLocal(path) && Files.isSymbolicLink(Storage.local(path)) ? place(path) : null;
    }

    /** A folder of this machine. */
    final class Local implements FolderEntries {
        private final DirectoryStream<java.nio.file.Path> stream;
        private final Iterator<java.nio.file.Path> paths;

        @SuppressWarnings("StreamResourceLeak") // closed with this
        Local(Path folder) throws IOException {
            stream = Files.newDirectoryStream(Storage.local(folder));
            paths = stream.iterator();
        }

        @Override
        public @Nullable Entry next() throws IOException {
            try {
                return paths.hasNext() ? entry(paths.next()) : null;
            } catch (DirectoryIteratorException failure) {
                throw failure.getCause();
            }
        }

        private static Entry entry(java.nio.file.Path path) {
            String name = String.valueOf(path.getFileName());
            try {
                BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
                return new Entry(
                        name,
                        found.isDirectory(),
                        found.isDirectory() ? 0 : found.size(),
                        found.lastModifiedTime().toMillis(),
                        found.isOther() ? "is neither a file nor a folder" : null);
            } catch (IOException unreadable) {
                return new Entry(name, false, 0, 0, "cannot be looked at: a link to nothing, or no permission");
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** A folder of any other file system. */
    final class Remote implements FolderEntries {
        private final RemoteIterator<FileStatus> statuses;

        Remote(Path folder) throws IOException {
            statuses = Storage.of(folder).listStatusIterator(folder);
        }

        @Override
        public @Nullable Entry next() throws IOException {
            if (!statuses.hasNext()) {
                return null;
            }
            FileStatus status = statuses.next();
            return new Entry(
                    status.getPath().getName(),
                    status.isDirectory(),
                    status.getLen(),
                    status.getModificationTime(),
                    null);
        }

        @Override
        public void close() {}
    }
}
