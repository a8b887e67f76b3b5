package io.github.marspark.jobs.images;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a tar file by the names of the members that hold them, and which image has which.
 *
 * <p>WebDataset's samples have a key, the part of the path before the first dot of the name, and whatever has that key
 * belongs together. Keys of images often have dots, so the longest name decides first: {@code a.0.png} has the label
 * {@code a.0.cls}; if there is none, {@code a.cls}. An image that has neither, while others of its key have labels of
 * their own, has none that is surely its.
 */
final class TarLabels {
    /** Endings of members that hold labels, the first counts. */
    static final List<String> ENDINGS = List.of("cls", "json", "txt");

    private record Named(String member, FoundLabel label) {}

    private final Map<String, List<Named>> byStem = new HashMap<>();
    private final Map<String, String> memberOfKey = new HashMap<>();

    /** Adds what a member says. */
    void add(String member, FoundLabel label) {
        String plain = TarNames.plain(member);
        byStem.computeIfAbsent(stem(plain), stem -> new ArrayList<>(1)).add(new Named(plain, label));
        memberOfKey.putIfAbsent(key(plain), plain);
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return byStem.isEmpty();
    }

    /**
     * Gives an image its label, or the trouble with it.
     *
     * @param image without a label
     * @param member its name
     * @return nothing if no label is said to be its
     */
    Optional<SourceImage> labelled(SourceImage image, String member) {
        String plain = TarNames.plain(member);
        Optional<List<Named>> own =
                stems(plain).filter(byStem::containsKey).findFirst().map(byStem::get);
        if (own.isPresent()) {
            return Optional.of(labelled(image, own.get()));
        }
        String key = key(plain);
        return Optional.ofNullable(memberOfKey.get(key))
                .map(other -> image.withTrouble(Trouble.ambiguous(
                        "has no label of its own, but shares the key %s with %s; give each its own .cls"
                                .formatted(key, other))));
    }

    private static SourceImage labelled(SourceImage image, List<Named> found) {
        List<Named> first = ENDINGS.stream()
                .map(ending -> of(found, ending))
                .filter(named -> !named.isEmpty())
                .findFirst()
                .orElseThrow();
        for (Named named : first) {
            if (named.label().problem() != null) {
                return image.withTrouble(Trouble.ambiguous("has no label: %s %s"
                        .formatted(named.member(), named.label().problem())));
            }
        }
        return contradiction(first.get(0), found)
                .map(image::withTrouble)
                .orElseGet(() -> image.withLabel(
                        first.get(0).label().number(), first.get(0).label().name()));
    }

    private static List<Named> of(List<Named> found, String ending) {
        return found.stream()
                .filter(named -> FileNames.ending(named.member()).equals(ending))
                .toList();
    }

    /** Two numbers that differ, or two names; a name beside a number may be the number's. */
    private static Optional<Trouble> contradiction(Named first, List<Named> found) {
        return found.stream()
                .filter(other -> differs(first.label(), other.label()))
                .findFirst()
                .map(other -> Trouble.ambiguous("has two labels: %s says %s, %s says %s"
                        .formatted(first.member(), said(first.label()), other.member(), said(other.label()))));
    }

    private static boolean differs(FoundLabel one, FoundLabel other) {
        return other.problem() == null
                && (one.name() == null) == (other.name() == null)
                && (one.number() != other.number() || !Objects.equals(one.name(), other.name()));
    }

    private static @Nullable Object said(FoundLabel label) {
        return label.name() == null ? label.number() : label.name();
    }

    /** The names that the label of an image may have, without their ending: the longest first, the key last. */
    static Stream<String> stems(String path) {
        String key = key(path);
        return Stream.iterate(stem(path), stem -> stem.length() >= key.length(), TarLabels::shorter);
    }

    /** Without another part, or empty, which is shorter than any key, if there is none. */
    private static String shorter(String stem) {
        String shorter = stem(stem);
        return shorter.equals(stem) ? "" : shorter;
    }

    /** A path without what follows the last dot of its name. */
    static String stem(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
    }

    private static String key(String path) {
        int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
        return dot < 0 ? path : path.substring(0, dot);
    }
}
