package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.latents.LatentManifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that latents are written to. Every file appears under its name when it is whole: it is written in the
 * folder {@code _temporary} and renamed. On the driver and on executors.
 */
final class LatentFolder {
    /** What the folder's latents are made of and how; written first. */
    static final String PLAN = "_plan.json";

    /** Names of the classes, and their labels. */
    static final String LABELS = "labels.json";

    /** A row for each file of latents. */
    static final String MANIFEST = LatentManifest.NAME;

    /** A row for each image that was not used. */
    static final String REJECTS = "rejects.parquet";

    /** Folder of a report for each file of latents. */
    static final String REPORTS = "reports";

    private static final String TEMPORARY = "_temporary";

    private final Path folder;
    private final FileSystem files;

    LatentFolder(String address) {
        folder = Storage.qualified(address);
        files = Storage.of(folder);
    }

    /** The name of a file of latents. */
    static String shard(int number) {
        return "part-%05d.avro".formatted(number);
    }

    /** The name of the report about a file of latents. */
    static String report(int number) {
        return REPORTS + "/part-%05d.json".formatted(number);
    }

    /** The address of something in the folder. */
    Path path(String name) {
        return new Path(folder, name);
    }

    /** The folder's own address. */
    @Override
    public String toString() {
        return folder.toString();
    }

    /** Whether there is one. */
    boolean exists() {
        try {
            return files.exists(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(folder + " cannot be looked at: " + failure.getMessage(), failure);
        }
    }

    /** What stands in the folder or in one inside it, except what is temporary; nothing if there is no folder. */
    List<FileStatus> entries(String name) {
        Path path = name.isEmpty() ? folder : path(name);
        try {
            return Arrays.stream(files.listStatus(path))
                    .filter(status -> !status.getPath().getName().equals(TEMPORARY))
                    .toList();
        } catch (FileNotFoundException nothing) {
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " cannot be listed: " + failure.getMessage(), failure);
        }
    }

    Optional<String> read(String name) {
        try (FSDataInputStream stream = files.open(path(name))) {
            return Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (FileNotFoundException nothing) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(path(name) + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    void write(String name, String text) {
        Path temporary = temporary();
        try {
            try (OutputStream stream = create(temporary)) {
                stream.write(text.getBytes(StandardCharsets.UTF_8));
            }
            publish(temporary, name);
        } catch (IOException failure) {
            throw cannotWrite(name, failure);
        }
    }

    /** A new name for something that is not whole yet; no two attempts share one. */
    Path temporary() {
        return new Path(path(TEMPORARY), UUID.randomUUID().toString());
    }

    /** Begins a temporary file. */
    OutputStream create(Path temporary) throws IOException {
        FSDataOutputStream stream = files.create(temporary, true);
        return new DurableStream(stream);
    }

    /** Gives a whole file its name, in place of one that has it. */
    void publish(Path temporary, String name) {
        Path target = path(name);
        try {
            files.mkdirs(target.getParent());
            if (!files.rename(temporary, target)) {
                replace(temporary, target);
            }
        } catch (IOException failure) {
            throw cannotWrite(name, failure);
        }
    }

    /** File systems such as HDFS rename to free names only. */
    private void replace(Path temporary, Path target) throws IOException {
        files.delete(target, false);
        if (!files.rename(temporary, target)) {
            throw new IOException("the file system refuses to rename " + temporary);
        }
    }

    /** Gives the only file of a kind in a temporary folder a name of its own, and removes the rest of the folder. */
    void publishFrom(Path temporaryFolder, String ending, String name) {
        try {
            Path file = Arrays.stream(files.listStatus(temporaryFolder))
                    .map(FileStatus::getPath)
                    .filter(path -> path.getName().endsWith(ending))
                    .findFirst()
                    .orElseThrow(() -> new FileNotFoundException(temporaryFolder + " has no file " + ending));
            publish(file, name);
        } catch (IOException failure) {
            throw cannotWrite(name, failure);
        }
        delete(temporaryFolder);
    }

    void delete(Path path) {
        try {
            files.delete(path, true);
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " cannot be deleted: " + failure.getMessage(), failure);
        }
    }

    /** Removes what earlier attempts left. */
    void deleteTemporary() {
        delete(path(TEMPORARY));
    }

    /**
     * Removes the folder of what is temporary if nothing is in it.
     *
     * @param whole whether the folder itself goes too if nothing is in it then
     */
    void deleteEmpty(boolean whole) {
        deleteEmpty(path(TEMPORARY));
        if (whole) {
            deleteEmpty(folder);
        }
    }

    private void deleteEmpty(Path path) {
        try {
            if (files.exists(path) && files.listStatus(path).length == 0) {
                files.delete(path, false);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " cannot be deleted: " + failure.getMessage(), failure);
        }
    }

    private UncheckedIOException cannotWrite(String name, IOException failure) {
        return new UncheckedIOException(path(name) + " cannot be written: " + failure.getMessage(), failure);
    }
}
