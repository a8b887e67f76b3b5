package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the leases of one folder: {@code .lease-1} and, when the owner of lease n has died, {@code .lease-(n + 1)}
 * of who came after it. A number is taken by making its file, which only one process can, and the highest number counts.
 */
final class LeaseFiles {
    private static final String PREFIX = ".lease-";
    private static final Pattern OURS = Pattern.compile("\\.{1,2}lease-\\d+(\\.tmp)?");

    private final FileStore folder;
    private final String name;
    private final String prefix;
    private final Pattern pattern;

    private LeaseFiles(FileStore folder, String name) {
        this.folder = folder;
        this.name = name;
        this.prefix = (name.isEmpty() ? "" : "." + name) + PREFIX;
        this.pattern = Pattern.compile(Pattern.quote(prefix) + "(\\d{1,9})");
    }

    /** In the folder itself. */
    static LeaseFiles in(FileStore folder) {
        return new LeaseFiles(folder, "");
    }

    /**
     * Beside a folder that is renamed as a whole.
     *
     * @param around where they lie
     * @param name of the folder whose leases they are; empty for the one around
     */
    static LeaseFiles of(FileStore around, String name) {
        return new LeaseFiles(around, name);
    }

    /** Whether a name in a folder is that of its lease. */
    static boolean isOne(String name) {
        return OURS.matcher(name).matches();
    }

    /** Where they lie. */
    FileStore folder() {
        return folder;
    }

    /** Whose they are, of the folders in that one; empty for itself. */
    String name() {
        return name;
    }

    /** The folder whose leases they are. */
    String address() {
        return (name.isEmpty() ? folder.path() : folder.path(name)).toString();
    }

    /** The numbers of all leases, the highest first. */
    List<Integer> numbers() {
        return folder.everyName().stream()
                .map(pattern::matcher)
                .filter(Matcher::matches)
                .map(found -> Integer.valueOf(found.group(1)))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    boolean exists(int number) {
        return folder.exists(prefix + number);
    }

    /** What a lease says; empty if it is not there, or not whole, as while it is written. */
    Optional<LeaseNote> read(int number) {
        try (InputStream stream = folder.read(prefix + number)) {
            return Optional.of(LeaseNote.parse(stream.readAllBytes()));
        } catch (IOException notThereOrNotWhole) {
            return Optional.empty();
        }
    }

    /** Takes a number; false if somebody was faster. */
    boolean take(int number, LeaseNote note) {
        return folder.createNew(prefix + number, note.toJson());
    }

    /** Leaves no moment in which there is no file of that name. */
    void rewrite(int number, LeaseNote note) {
        if (folder.isLocal()) {
            folder.replace(prefix + number, stream -> stream.write(note.toJson()));
        } else {
            folder.write(prefix + number, stream -> stream.write(note.toJson()));
        }
    }

    void delete(int number) {
        folder.delete(prefix + number);
    }

    /** Deletes leases up to a number, and what their owners left half written. */
    void deleteUpTo(int number) {
        numbers().stream().filter(other -> other <= number).forEach(other -> {
            folder.delete(prefix + other);
            folder.delete(FileStore.temporary(prefix + other));
        });
    }
}
