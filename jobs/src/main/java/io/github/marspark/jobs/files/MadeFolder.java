package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A folder that a job writes, and the file in it that says what made it: the answer to whether a job may go on there. It may
 * in an empty one, and in one of the same settings.
 */
public final class MadeFolder {
    private final FileStore folder;
    private final Product product;
    private final String file;
    private final OriginNote note;

    /**
     * A folder, which need not exist.
     *
     * @param folder where it is
     * @param product what it holds
     * @param file relative path of the file that says what made it
     * @param note how that says it
     */
    public MadeFolder(FileStore folder, Product product, String file, OriginNote note) {
        this.folder = folder;
        this.product = product;
        this.file = file;
        this.note = note;
    }

    /**
     * What made it.
     *
     * @return what its file says; empty if there is no such file
     * @throws IllegalStateException if the file is damaged
     */
    public Optional<Origin> origin() {
        folder.recover(file);
        if (!folder.exists(file)) {
            return Optional.empty();
        }
        try (InputStream stream = folder.read(file)) {
            return Optional.of(note.parse(stream.readAllBytes()));
        } catch (IOException damaged) {
            throw new IllegalStateException(
                    "%s is damaged: %s; delete the folder, or choose another by %s="
                            .formatted(folder.path(file), damaged.getMessage(), product.key()),
                    damaged);
        }
    }

    /** Says what makes it. */
    public void write(Origin origin) {
        Lease.requireHeldByJob();
        folder.replace(file, stream -> stream.write(note.bytes(origin)));
    }

    /**
     * Refuses what was made otherwise.
     *
     * @param made what made it
     * @param now what would be done there
     * @throws IllegalStateException naming each difference
     */
    public void requireSame(Origin made, Origin now) {
        requireSame(folder.path().toString(), product, made, now);
    }

    /**
     * Refuses what was made otherwise, of folders that say so in their own way.
     *
     * @param address of the folder
     * @param product what it holds
     * @param made what made it
     * @param now what would be done there
     * @throws IllegalStateException naming each difference
     */
    public static void requireSame(String address, Product product, Origin made, Origin now) {
        List<String> differences = now.differencesFrom(made);
        if (!differences.isEmpty()) {
            throw new IllegalStateException("%s holds %s: %s; %s or choose another folder by %s="
                    .formatted(
                            address,
                            product.otherwise(),
                            String.join("; ", differences),
                            product.remedy(),
                            product.key()));
        }
    }

    /**
     * Refuses a folder of something else.
     *
     * @param folder that is to be written
     * @param product what is to be written there
     * @param ours whether a file of some name may be there; those that begin with a dot always may
     * @throws IllegalStateException naming what is there
     */
    public static void requireNothingElse(FileStore folder, Product product, Predicate<String> ours) {
        folder.names().stream()
                .filter(name -> !name.startsWith(".") && !ours.test(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalStateException("%s holds other data, %s among it; choose an empty folder by %s="
                            .formatted(folder.path(), name, product.key()));
                });
    }
}
