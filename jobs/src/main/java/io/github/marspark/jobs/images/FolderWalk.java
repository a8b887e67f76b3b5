package io.github.marspark.jobs.images;

import io.github.marspark.jobs.images.FolderEntries.Entry;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder and of the folders in it, one at a time, whatever their names; runs on executors.
 *
 * <p>Names that begin with a dot are left out. What cannot be listed is an image with a problem, so that it is counted.
 * A link to a folder that the walk is in is told and not followed, since it would lead here again.
 */
final class FolderWalk implements Iterator<SourceImage> {
    private static final int DEEPEST = 32;

    /**
     * Where a walk begins.
     *
     * @param root of the collection
     * @param name of the folder relative to the root, empty for the root itself
     * @param label of all its images
     * @param scope which of its entries are images
     */
    record Start(String root, String name, int label, Scope scope) implements Serializable {}

    /** Which entries of a folder are images. */
    enum Scope {
        /** All files, however deep. */
        ALL,
        /** Only the folder's own files that are named like images, and those because they have no class. */
        WITHOUT_CLASS,
        /** Only the folder's own files that are named like images. */
        NAMED_LIKE_IMAGES
    }

    private record Level(String id, java.nio.file.@Nullable Path place, FolderEntries entries) {}

    private final Start start;
    private final Deque<Level> open = new ArrayDeque<>();
    private @Nullable SourceImage upcoming;

    FolderWalk(Start start) {
        this.start = start;
        upcoming = enter(start.name(), 0);
        if (upcoming == null) {
            advance();
        }
    }

    @Override
    public boolean hasNext() {
        return upcoming != null;
    }

    @Override
    public SourceImage next() {
        SourceImage image = upcoming;
        if (image == null) {
            throw new NoSuchElementException("no more files in " + start.root());
        }
        advance();
        return image;
    }

    private void advance() {
        upcoming = null;
        while (upcoming == null && !open.isEmpty()) {
            Level level = open.element();
            try {
                Entry entry = level.entries().next();
                upcoming = entry == null ? leave() : visit(level, entry);
            } catch (IOException failure) {
                upcoming = unlisted(level.id(), failure);
                leave();
            }
        }
    }

    private @Nullable SourceImage visit(Level level, Entry entry) {
        String id = level.id().isEmpty() ? entry.name() : level.id() + "/" + entry.name();
        if (FileNames.leftOut(entry.name())) {
            return null;
        }
        if (start.scope() != Scope.ALL) {
            boolean alone = start.scope() == Scope.WITHOUT_CLASS;
            return entry.folder() || !FileNames.likeAnImage(entry.name())
                    ? null
                    : image(id, entry, alone ? "lies beside the class folders, so it has no class" : entry.problem());
        }
        if (!entry.folder()) {
            return image(id, entry, entry.problem());
        }
        SourceImage unlisted = enter(id, open.size());
        return unlisted == null && FileNames.likeAnImage(entry.name()) ? image(id, entry, "is a folder") : unlisted;
    }

    /** Goes into a folder; if that fails the folder itself is what is found. */
    private @Nullable SourceImage enter(String id, int depth) {
        try {
            if (depth > DEEPEST) {
                throw new IOException("it lies more than " + DEEPEST + " folders deep");
            }
            java.nio.file.Path place = FolderEntries.place(path(id));
            if (!id.isEmpty() && isOnTheWay(place)) {
                return loop(id);
            }
            open.push(new Level(id, place, FolderEntries.of(path(id))));
            return null;
        } catch (IOException failure) {
            return unlisted(id, failure);
        }
    }

    /** Whether the root of the collection or a folder of the walk is this one, or lies in it. */
    private boolean isOnTheWay(java.nio.file.@Nullable Path place) throws IOException {
        if (place == null) {
            return false;
        }
        java.nio.file.Path root = FolderEntries.place(path(""));
        return Stream.concat(Stream.ofNullable(root), open.stream().map(Level::place))
                .anyMatch(folder -> folder != null && folder.startsWith(place));
    }

    private SourceImage loop(String id) {
        return SourceImage.file(id, path(id).toString(), 0, 0)
                .withTrouble(Trouble.note("is a link to a folder that it lies in; it is not followed"));
    }

    private @Nullable SourceImage leave() {
        try {
            open.pop().entries().close();
            return null;
        } catch (IOException failure) {
            throw new UncheckedIOException(start.root() + " cannot be listed: " + failure.getMessage(), failure);
        }
    }

    private SourceImage image(String id, Entry entry, @Nullable String problem) {
        SourceImage image = SourceImage.file(id, path(id).toString(), entry.length(), entry.modified())
                .withLabel(start.label(), null);
        return problem == null ? image : image.withTrouble(Trouble.unreadable(problem));
    }

    private SourceImage unlisted(String id, IOException failure) {
        return SourceImage.file(id, path(id).toString(), 0, 0)
                .withLabel(start.label(), null)
                .withTrouble(Trouble.unreadable("is a folder that cannot be listed: " + failure.getMessage()));
    }

    private Path path(String id) {
        return id.isEmpty() ? new Path(start.root()) : new Path(start.root() + "/" + id);
    }
}
