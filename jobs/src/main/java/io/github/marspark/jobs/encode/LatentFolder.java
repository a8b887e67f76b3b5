package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.files.WriteFailure;
import io.github.marspark.jobs.latents.LatentManifest;
import io.github.marspark.jobs.latents.LatentSource;
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
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that latents are written to. Every file appears under its name when it is whole: it is written in the
 * folder {@code _temporary} and renamed. On the driver and on executors.
 */
final class LatentFolder {
    /** What the folder's latents are made of and how; written first. */
    static final String PLAN = LatentSource.PLAN;

    /** Names of the classes, and their labels. */
    static final String LABELS = "labels.json";

    /** A row for each file of latents. */
    static final String MANIFEST = LatentManifest.NAME;

    /** A row for each image that was not used. */
    static final String REJECTS = "rejects.parquet";

    /** Folder of a report for each file of latents. */
    static final String REPORTS = "reports";

    /** Folder of what is not whole yet. */
    static final String TEMPORARY = "_temporary";

    private final FileStore store;
    private final FileSystem files;

    LatentFolder(String address) {
        store = FileStore.at(address);
        files = Storage.of(store.path());
    }

    /** The folder itself. */
    FileStore store() {
        return store;
    }

    /** What made it. */
    MadeFolder made() {
        return new MadeFolder(store, Product.LATENTS, PLAN, OriginNote.JSON);
    }

    /** The name of a file of latents. */
    static String file(int number) {
        return "part-%05d.avro".formatted(number);
    }

    /** The name of the report about a file of latents. */
    static String report(int number) {
        return REPORTS + "/part-%05d.json".formatted(number);
    }

    /** The address of something in the folder. */
    Path path(String name) {
        return store.path(name);
    }

    /** The folder's own address. */
    @Override
    public String toString() {
        return store.path().toString();
    }

    /** What stands in the folder or in one inside it, except what is temporary; nothing if there is no folder. */
    List<FileStatus> entries(String name) {
        Path path = name.isEmpty() ? store.path() : path(name);
        try {
            return Arrays.stream(files.listStatus(path))
                    .filter(status -> !isPassing(status.getPath().getName()))
                    .toList();
        } catch (FileNotFoundException nothing) {
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " cannot be listed: " + failure.getMessage(), failure);
        }
    }

    private static boolean isPassing(String name) {
        return name.equals(TEMPORARY) || name.startsWith(".");
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
        store.write(temporary.toString(), stream -> stream.write(text.getBytes(StandardCharsets.UTF_8)));
        publish(temporary, name);
    }

    /** A new name for something that is not whole yet; no two attempts share one. */
    Path temporary() {
        return new Path(path(TEMPORARY), UUID.randomUUID().toString());
    }

    /** Begins a temporary file. */
    OutputStream create(Path temporary) {
        return store.create(temporary.toString());
    }

    /** Gives a whole file its name, in place of one that has it, unless the job is not to write here any more. */
    void publish(Path temporary, String name) {
        Lease.requireHeldByJob();
        store.publish(temporary.toString(), name);
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
            throw WriteFailure.of(path(name), failure);
        }
        delete(temporaryFolder);
    }

    void delete(Path path) {
        store.delete(path.toString());
    }

    /** Removes what earlier attempts left. */
    void deleteTemporary() {
        store.delete(TEMPORARY);
    }

    /** Removes the folder of what is temporary if nothing is in it. */
    void deleteEmptyTemporary() {
        FileStore.at(path(TEMPORARY).toString()).deleteEmpty();
    }
}
