package io.github.marspark.jobs.latents;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The records of a folder of latents, numbered from 0 through its files in their order. Made on the driver from the
 * folder's manifest, without reading a record, and sent to executors.
 *
 * @param folder address of the folder
 * @param header what the records have in common
 * @param files in the order of their records
 * @param fingerprint of names and contents of the files
 */
public record LatentIndex(String folder, LatentHeader header, List<LatentFile> files, String fingerprint)
        implements Serializable {
    /**
     * A file of records.
     *
     * @param name in the folder
     * @param records how many it holds
     * @param sha256 of its bytes
     */
    public record LatentFile(String name, long records, String sha256) implements Serializable {}

    /** Copies the list. */
    public LatentIndex {
        files = List.copyOf(files);
    }

    /**
     * Reads the manifest of a folder and the header of its first file.
     *
     * @param folder address, on any file system that Hadoop knows
     * @return the index
     * @throws IllegalStateException if the folder holds no latents, or not those of its manifest
     */
    public static LatentIndex of(String folder) {
        FileStore store = FileStore.at(folder);
        if (!store.exists(LatentManifest.NAME)) {
            throw new IllegalStateException("%s has no %s, so its latents are not there or not complete; %s"
                    .formatted(
                            store.path(),
                            LatentManifest.NAME,
                            Lease.writer(store)
                                    .map("wait for %s, which writes there"::formatted)
                                    .orElse("./mar encode makes them, and goes on where it stopped")));
        }
        List<LatentManifest.Row> rows = LatentManifest.read(store);
        requireFiles(store, rows);
        List<LatentFile> files = rows.stream()
                .filter(row -> row.records() > 0)
                .map(row -> new LatentFile(row.file(), row.records(), row.sha256()))
                .toList();
        if (files.isEmpty()) {
            throw new IllegalStateException(
                    store.path() + " has files but no latents in them; encode the images again");
        }
        return new LatentIndex(folder, header(store, files.get(0).name()), files, fingerprint(rows));
    }

    /**
     * The number of records.
     *
     * @return at least 1
     */
    public long size() {
        return files.stream().mapToLong(LatentFile::records).sum();
    }

    private static void requireFiles(FileStore store, List<LatentManifest.Row> rows) {
        Map<String, Long> lengths = store.lengths();
        for (LatentManifest.Row row : rows) {
            Long length = lengths.get(row.file());
            if (length == null || length != row.bytes()) {
                throw new IllegalStateException("%s %s, its manifest says %d bytes; encode the images again"
                        .formatted(
                                store.path(row.file()),
                                length == null ? "is missing" : "has " + length + " bytes",
                                row.bytes()));
            }
        }
    }

    private static LatentHeader header(FileStore store, String file) {
        String name = store.path(file).toString();
        try (LatentReader reader = LatentReader.of(store.read(file), name)) {
            return reader.header();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String fingerprint(List<LatentManifest.Row> rows) {
        Sha256 sum = new Sha256();
        rows.forEach(row -> sum.add((row.file() + ' ' + row.sha256() + '\n').getBytes(StandardCharsets.UTF_8)));
        return sum.digits();
    }
}
