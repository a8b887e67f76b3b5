package io.github.marspark.jobs.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images of a tar file in the layout of WebDataset: members that follow each other and share the part of the name
 * before the first dot belong together. Only headers and labels are read. Runs on executors.
 */
final class TarMembers implements Iterator<SourceImage> {
    private static final int LONGEST_LABEL = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final SourceImage container;
    private final TarArchiveInputStream tar;
    private final Queue<SourceImage> ready = new ArrayDeque<>();
    private final List<SourceImage> group = new ArrayList<>();
    private String key = "";
    private @Nullable Integer label;
    private boolean ended;

    private TarMembers(SourceImage container, TarArchiveInputStream tar) {
        this.container = container;
        this.tar = tar;
    }

    static boolean isContainer(String id) {
        return FileNames.ending(id).equals("tar") || isCompressed(id);
    }

    /** Such files cannot be entered at a place. */
    private static boolean isCompressed(String id) {
        return id.matches("(?si).*\\.(tgz|tbz2?|txz|tar\\.[a-z0-9]+)");
    }

    static Iterator<SourceImage> list(SourceImage container) {
        if (isCompressed(container.id())) {
            return List.of(container.withProblem("is a compressed tar file; unpack it to a plain .tar"))
                    .iterator();
        }
        Path path = new Path(container.path());
        try {
            return new TarMembers(
                    container, new TarArchiveInputStream(Storage.of(path).open(path)));
        } catch (IOException failure) {
            return List.of(broken(container, failure)).iterator();
        }
    }

    private static SourceImage broken(SourceImage container, IOException failure) {
        return container.withProblem("is a tar file that cannot be read to its end: " + failure.getMessage());
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && !ended) {
            try {
                read();
            } catch (IOException failure) {
                end();
                ready.add(broken(container, failure));
            }
        }
        return !ready.isEmpty();
    }

    @Override
    public SourceImage next() {
        if (!hasNext()) {
            throw new NoSuchElementException(container.path() + " has no more images");
        }
        return ready.remove();
    }

    private void read() throws IOException {
        TarArchiveEntry entry = tar.getNextTarEntry();
        if (entry == null) {
            end();
            tar.close();
        } else if (entry.isFile()) {
            take(entry);
        }
    }

    private void take(TarArchiveEntry entry) throws IOException {
        String name = entry.getName();
        int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
        String own = dot < 0 ? name : name.substring(0, dot);
        if (!own.equals(key)) {
            finishGroup();
            key = own;
        }
        if (FileNames.likeAnImage(name)) {
            group.add(image(entry));
        } else if (FileNames.ending(name).equals("cls")) {
            label = number(text(entry));
        } else if (FileNames.ending(name).equals("json") && label == null) {
            label = labelOf(JSON.readTree(text(entry)));
        }
    }

    private SourceImage image(TarArchiveEntry entry) {
        return new SourceImage(
                container.id() + "#" + entry.getName(),
                container.path(),
                tar.getBytesRead(),
                entry.getSize(),
                container.modified(),
                LatentHeader.UNLABELLED,
                null,
                null);
    }

    private String text(TarArchiveEntry entry) throws IOException {
        if (entry.getSize() > LONGEST_LABEL) {
            throw new IOException(entry.getName() + " is no label, it has " + entry.getSize() + " bytes");
        }
        return new String(tar.readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static @Nullable Integer number(String text) {
        return text.matches("\\d{1,9}") ? Integer.valueOf(text) : null;
    }

    private static @Nullable Integer labelOf(JsonNode json) {
        JsonNode label = json.has("label") ? json.get("label") : json.path("cls");
        return number(label.asText());
    }

    private void end() {
        finishGroup();
        ended = true;
    }

    private void finishGroup() {
        int known = label == null ? LatentHeader.UNLABELLED : label;
        group.forEach(image -> ready.add(image.withLabel(known)));
        group.clear();
        label = null;
    }
}
