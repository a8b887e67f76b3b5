package io.github.marspark.jobs.images;

import io.github.marspark.data.image.ImageSignature;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.images.TarHeaders.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images of a tar file in the layout of WebDataset, with the labels that {@link TarLabels} finds for them, in
 * whichever order the members stand. Only headers and labels are read, and the first bytes of members whose names say
 * nothing. Runs on executors.
 */
final class TarMembers {
    private static final int LONGEST_TEXT = 1 << 16;
    private static final int LONGEST_JSON = 1 << 24;

    private final SourceImage container;
    private final ImageSettings settings;
    private final TarHeaders headers;
    private final List<Member> images = new ArrayList<>();
    private final Map<String, List<Member>> byName = new HashMap<>();
    private final TarLabels labels = new TarLabels();
    private final Map<String, String> labelOfStem = new LinkedHashMap<>();
    private int leftOut;

    private TarMembers(SourceImage container, ImageSettings settings, TarHeaders headers) {
        this.container = container;
        this.settings = settings;
        this.headers = headers;
    }

    static boolean isContainer(String id) {
        return FileNames.ending(id).equals("tar") || isCompressed(id);
    }

    /** Such files cannot be entered at a place. */
    private static boolean isCompressed(String id) {
        return id.matches("(?si).*\\.(tgz|tbz2?|txz|tar\\.(gz|bz2|xz|zst|lz4|lzma|lz|z))");
    }

    static Iterator<SourceImage> list(SourceImage container, ImageSettings settings) {
        Path path = new Path(container.path());
        if (isCompressed(container.id()) && container.length() > 0) {
            return container.damaged("is a compressed tar file; unpack it to a plain .tar");
        }
        try {
            return Attempts.of(() -> {
                try (FSDataInputStream stream = Storage.of(path).open(path)) {
                    TarHeaders headers = new TarHeaders(stream, container.length());
                    return new TarMembers(container, settings, headers).list(path);
                }
            });
        } catch (IOException failure) {
            return container.damaged("cannot be read: " + failure.getMessage());
        }
    }

    private Iterator<SourceImage> list(Path path) throws IOException {
        Optional<Trouble> damage = readAll(path).or(this::imagesGone);
        Stream<SourceImage> told = Stream.concat(
                        damage.stream(), notes(damage.isEmpty()).map(Trouble::note))
                .map(container::withTrouble);
        return Stream.concat(told, images.stream().map(member -> image(member, damage.isEmpty())))
                .iterator();
    }

    /** Reads to the end, or as far as can be. */
    private Optional<Trouble> readAll(Path path) throws IOException {
        try {
            for (Member member = headers.next(); member != null; member = headers.next()) {
                take(member);
            }
        } catch (Damage damage) {
            long unread = container.length() - headers.position();
            return Optional.of(Trouble.damaged(words(path, damage, unread), unread + headers.blank()));
        }
        return headers.blank() == 0
                ? Optional.empty()
                : Optional.of(Trouble.damaged(
                        "has %d bytes of zeros between its members, where others may have been"
                                .formatted(headers.blank()),
                        headers.blank()));
    }

    /** Zeros over a member, up to the end of a record, look like the end of a joined tar, but its label is left. */
    private Optional<Trouble> imagesGone() {
        List<String> left = labelsLeft();
        return headers.joints() == 0 || left.isEmpty()
                ? Optional.empty()
                : Optional.of(Trouble.damaged(
                        "has %d bytes of zeros, as where tar files were joined, and no image to %s, which may have been there"
                                .formatted(headers.joints(), some(left)),
                        headers.joints()));
    }

    /** The members with labels that are no image's. */
    private List<String> labelsLeft() {
        Map<String, String> left = new LinkedHashMap<>(labelOfStem);
        images.forEach(image -> TarLabels.stems(TarNames.plain(image.name())).forEach(left::remove));
        return List.copyOf(left.values());
    }

    private static String some(List<String> names) {
        return names.size() == 1 ? names.get(0) : "%d labels such as %s".formatted(names.size(), names.get(0));
    }

    private String words(Path path, Damage damage, long unread) throws IOException {
        if (headers.position() == 0) {
            return ForeignFiles.of(path, container.length(), "tar");
        }
        return unread == 0
                ? "%s; what followed after byte %d is not known".formatted(damage.getMessage(), headers.position())
                : "%s, at byte %d; %d of its %d bytes are not read"
                        .formatted(damage.getMessage(), headers.position(), unread, container.length());
    }

    private Stream<String> notes(boolean whole) {
        List<String> left = whole && !images.isEmpty() ? labelsLeft() : List.of();
        return Stream.of(
                        leftOut == 0 ? "" : "has %d members of operating systems, left out".formatted(leftOut),
                        whole && headers.joints() > 0
                                ? "goes on after its end, as joined tar files do; all of it is read"
                                : "",
                        left.isEmpty() ? "" : "has no image to " + some(left),
                        whole && images.isEmpty() ? "has no images in it" : "")
                .filter(note -> !note.isEmpty());
    }

    private void take(Member member) throws IOException {
        if (member.type() == Member.FOLDER) {
            return;
        }
        if (FileNames.pathLeftOut(member.name())) {
            leftOut++;
        } else if (member.type() != Member.FILE) {
            if (FileNames.likeAnImage(member.name())) {
                add(member);
            }
        } else if (TarLabels.ENDINGS.contains(FileNames.ending(member.name()))) {
            labelOfStem.put(TarLabels.stem(TarNames.plain(member.name())), member.name());
            label(member).ifPresent(label -> labels.add(member.name(), label));
        } else if (FileNames.likeAnImage(member.name()) || beginsLikeAnImage(member)) {
            add(member);
        }
    }

    private void add(Member member) {
        images.add(member);
        byName.computeIfAbsent(TarNames.plain(member.name()), name -> new ArrayList<>(1))
                .add(member);
    }

    private boolean beginsLikeAnImage(Member member) throws IOException {
        int count = (int) Math.min(member.size(), ImageSignature.BYTES);
        return count > 0 && ImageSignature.isOfImage(headers.read(member.offset(), count));
    }

    private Optional<FoundLabel> label(Member member) throws IOException {
        if (!settings.labelled()) {
            return Optional.empty();
        }
        String ending = FileNames.ending(member.name());
        int longest = ending.equals("json") ? LONGEST_JSON : LONGEST_TEXT;
        if (member.size() > longest) {
            return ending.equals("txt") ? Optional.empty() : Optional.of(FoundLabel.tooLong(member.size(), longest));
        }
        byte[] bytes = headers.read(member.offset(), (int) member.size());
        return switch (ending) {
            case "json" -> FoundLabel.ofJson(bytes, settings.labelColumn());
            case "txt" -> FoundLabel.ofCaption(bytes);
            default -> Optional.of(FoundLabel.ofText(bytes));
        };
    }

    /**
     * An image with its label.
     *
     * @param whole whether the tar was read to its end; else a label that is not known may be in what was not read
     */
    private SourceImage image(Member member, boolean whole) {
        SourceImage image = new SourceImage(
                id(member),
                container.path(),
                member.offset(),
                member.size(),
                container.modified(),
                container.label(),
                null,
                null,
                null);
        Trouble own = trouble(member);
        if (own != null) {
            return image.withTrouble(own);
        }
        return labels.labelled(image, member.name())
                .orElseGet(() -> (whole && headers.joints() == 0) || labels.isEmpty()
                        ? image
                        : image.withTrouble(
                                Trouble.ambiguous("has no label in the part of its tar that could be read")));
    }

    private @Nullable Trouble trouble(Member member) {
        if (member.type() != Member.FILE) {
            return Trouble.unreadable(
                    member.link().isEmpty()
                            ? "is no plain file in its tar; pack the files themselves"
                            : "is a link to " + member.link() + " in its tar; pack the files themselves");
        }
        List<Member> namesakes = namesakes(member);
        return namesakes.size() == 1
                ? null
                : Trouble.ambiguous(
                        "has the name of %d members of its tar, at the bytes %s; give each a name of its own"
                                .formatted(
                                        namesakes.size(),
                                        String.join(
                                                " and ",
                                                namesakes.stream()
                                                        .map(other -> Long.toString(other.offset()))
                                                        .toList())));
    }

    private List<Member> namesakes(Member member) {
        return byName.getOrDefault(TarNames.plain(member.name()), List.of());
    }

    /** The path of the member; the place, too, if there are more of that name. */
    private String id(Member member) {
        List<Member> namesakes = namesakes(member);
        String id = container.id() + "#" + member.name();
        return namesakes.get(0).offset() == member.offset() ? id : id + " at byte " + member.offset();
    }
}
