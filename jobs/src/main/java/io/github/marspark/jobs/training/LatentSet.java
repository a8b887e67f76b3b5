package io.github.marspark.jobs.training;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.Mirror;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latent records of a training in memory, in the order of their names, as they are stored. Immutable. */
final class LatentSet {
    private static final String SUFFIX = ".avro";
    private static final double SHARE_OF_HEAP = 0.7;

    private record Latent(
            String id,
            int label,
            ByteBuffer moments,
            @Nullable ByteBuffer mirror) {}

    private final LatentHeader header;
    private final List<Latent> latents;

    private LatentSet(LatentHeader header, List<Latent> latents) {
        this.header = header;
        this.latents = latents;
    }

    /**
     * Reads the header of the first file.
     *
     * @param folder of the latents
     */
    static LatentHeader header(String folder) {
        FileStore store = FileStore.at(folder);
        return open(store, files(store).get(0), LatentReader::header);
    }

    /**
     * Reads all records of a folder.
     *
     * @param folder of the latents
     * @param mirror whether mirror images are wanted
     */
    static LatentSet read(String folder, Mirror mirror) {
        FileStore store = FileStore.at(folder);
        List<String> files = files(store);
        requireMemory(store, files);
        LatentHeader header = header(folder);
        List<Latent> latents = new ArrayList<>();
        for (String file : files) {
            open(store, file, reader -> {
                requireSame(store, header, files.get(0), reader.header(), file);
                reader.forEach(record -> latents.add(latent(record, mirror)));
                return reader;
            });
        }
        latents.sort(Comparator.comparing(Latent::id));
        requireRecords(store, latents);
        return new LatentSet(header, latents);
    }

    private static List<String> files(FileStore store) {
        List<String> files =
                store.names().stream().filter(name -> name.endsWith(SUFFIX)).toList();
        if (files.isEmpty()) {
            throw new IllegalStateException(
                    "%s has no latents (files named *%s); ./mar encode makes them".formatted(store.path(), SUFFIX));
        }
        return files;
    }

    private static void requireMemory(FileStore store, List<String> files) {
        long bytes = files.stream().mapToLong(file -> length(store, file)).sum();
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > SHARE_OF_HEAP * heap) {
            throw new IllegalStateException(
                    "%s holds %d MB of latents, which are kept in memory, and this executor's heap is %d MB; give executors more memory, such as --executor-memory %dg"
                            .formatted(store.path(), bytes >> 20, heap >> 20, ((bytes * 2) >> 30) + 1));
        }
    }

    private static long length(FileStore store, String file) {
        try {
            return store.length(file);
        } catch (IOException e) {
            throw new UncheckedIOException(store.path(file) + " cannot be looked at: " + e.getMessage(), e);
        }
    }

    private interface Use<T> {
        T of(LatentReader reader);
    }

    private static <T> T open(FileStore store, String file, Use<T> use) {
        String name = store.path(file).toString();
        try (LatentReader reader = LatentReader.of(store.read(file), name)) {
            return use.of(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireSame(
            FileStore store, LatentHeader first, String firstFile, LatentHeader other, String file) {
        if (!first.equals(other)) {
            throw new IllegalStateException(
                    "%s and %s in %s do not belong together: %s and %s; encode the images again into an empty folder"
                            .formatted(firstFile, file, store.path(), first, other));
        }
    }

    private static void requireRecords(FileStore store, List<Latent> latents) {
        if (latents.isEmpty()) {
            throw new IllegalStateException(
                    store.path() + " has files but no latents in them; encode the images again");
        }
        for (int i = 1; i < latents.size(); i++) {
            if (latents.get(i).id().equals(latents.get(i - 1).id())) {
                throw new IllegalStateException("%s holds %s twice; encode the images again into an empty folder"
                        .formatted(store.path(), latents.get(i).id()));
            }
        }
    }

    private static Latent latent(LatentRecord record, Mirror mirror) {
        return new Latent(
                record.getId().toString(),
                record.getLabel(),
                record.getMoments(),
                mirror == Mirror.NONE ? null : record.getMomentsMirror());
    }

    LatentHeader header() {
        return header;
    }

    int size() {
        return latents.size();
    }

    String id(int index) {
        return latents.get(index).id();
    }

    int label(int index) {
        return latents.get(index).label();
    }

    /** Means, then log-variances, of the image, {@code (2 C h w)}. */
    float[] moments(int index) {
        return LatentNumbers.unpack(latents.get(index).moments(), header.numberType());
    }

    /** Means, then log-variances, of the mirror image, {@code (2 C h w)}. */
    float[] mirroredMoments(int index) {
        ByteBuffer mirror = latents.get(index).mirror();
        if (mirror == null) {
            throw new IllegalStateException("mirror images were not read");
        }
        return LatentNumbers.unpack(mirror, header.numberType());
    }

    /** SHA-256 over names and labels in their order. */
    String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Latent latent : latents) {
                digest.update((latent.id() + '\n' + latent.label() + '\n').getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }
}
