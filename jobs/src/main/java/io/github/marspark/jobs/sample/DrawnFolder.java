package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A folder of drawn images, with a file that says what drew them. It appears by a rename when it is complete. Until then it
 * has another name, and says what draws it: the same drawing goes on with what is complete, any other removes it. Two that
 * write the same drawing write the same bytes, so that an executor that outlives its driver does no harm.
 */
public final class DrawnFolder {
    private final FileStore parent;
    private final String name;
    private final Product product;
    private final String description;
    private final Origin origin;

    /**
     * A folder, which need not exist.
     *
     * @param address of the folder
     * @param product what it holds
     * @param description name of the file in it that says what drew it
     * @param origin what draws it now
     */
    public DrawnFolder(String address, Product product, String description, Origin origin) {
        FileStore folder = FileStore.at(address);
        this.parent = FileStore.at(folder.path().getParent().toString());
        this.name = folder.path().getName();
        this.product = product;
        this.description = description;
        this.origin = origin;
    }

    /** Whether something else was drawn there before. */
    boolean isOfAnother() {
        return parent.exists(name)
                && made(name)
                        .origin()
                        .filter(found -> !origin.differencesFrom(found).isEmpty())
                        .isPresent();
    }

    /**
     * Whether the same was drawn before.
     *
     * @param files that have to be there, by their paths in the folder
     * @throws IllegalStateException if the folder holds something else, or not all of it
     */
    public boolean isThere(Supplier<List<String>> files) {
        if (!parent.exists(name)) {
            return false;
        }
        MadeFolder made = made(name);
        Optional<Origin> found = made.origin();
        if (found.isEmpty()) {
            throw new IllegalStateException(
                    "%s holds something else than drawn images; delete it or choose another folder by %s="
                            .formatted(address(), product.key()));
        }
        made.requireSame(found.get(), origin);
        requireAll(files.get());
        return true;
    }

    private void requireAll(List<String> files) {
        WrittenFiles written = new WrittenFiles(in(name));
        List<String> missing = files.stream().filter(file -> !written.has(file)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%s lacks %d of its files, such as %s; delete it or choose another folder by %s="
                            .formatted(address(), missing.size(), missing.get(0), product.key()));
        }
    }

    /** Where it will be, as a person reads it. */
    public String address() {
        return address("");
    }

    /** Where a file in it will be, as a person reads it. */
    public String address(String file) {
        String within = file.isEmpty() ? name : name + "/" + file;
        return Storage.shown(parent.path(within).toString());
    }

    /** The folder while it is drawn. */
    public FileStore unfinished() {
        return in(unfinishedName());
    }

    private FileStore in(String folder) {
        return FileStore.at(parent.path(folder).toString());
    }

    private MadeFolder made(String folder) {
        return new MadeFolder(in(folder), product, description, OriginNote.JSON);
    }

    /**
     * Draws while nobody else may draw into the folder.
     *
     * @param job its name
     * @param out where a person reads whose place was taken
     * @param work is given the lease
     * @return what the work returns
     * @throws IllegalStateException saying who draws into it
     */
    public <T> T during(String job, PrintStream out, Function<Lease, T> work) {
        return Lease.duringBeside(parent, name, product, job, out, work);
    }

    /**
     * Removes what other drawings left that did not come to their end.
     *
     * @return where the images of this one are to be written
     */
    public String begin() {
        String unfinished = unfinishedName();
        parent.names().stream()
                .filter(other -> other.startsWith(unfinished))
                .filter(other -> !other.equals(unfinished) || !isOurs())
                .forEach(parent::delete);
        if (!parent.exists(unfinished)) {
            made(unfinished).write(origin);
        }
        return parent.path(unfinished).toString();
    }

    private boolean isOurs() {
        try {
            return made(unfinishedName()).origin().filter(origin::equals).isPresent();
        } catch (IllegalStateException damaged) {
            return false;
        }
    }

    private String unfinishedName() {
        return "." + name + ".unfinished";
    }

    /** Shows the folder: it is complete. */
    public void finish() {
        Lease.requireHeldByJob();
        parent.rename(unfinishedName(), name);
    }
}
