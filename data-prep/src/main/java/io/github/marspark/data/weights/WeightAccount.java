package io.github.marspark.data.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Where every tensor of a file of weights went: into a network, left out as told, left out as known, or nowhere. */
final class WeightAccount {

    private final NamedTensors tensors;
    private final List<Taken> taken;
    private final List<WeightPlace> rivals;
    private final List<String> unwanted = new ArrayList<>();
    private final Map<String, Integer> known = new LinkedHashMap<>();
    private final Set<String> unused = new LinkedHashSet<>();

    /**
     * A network that was taken.
     *
     * @param place where it lies
     * @param tensors how many
     */
    record Taken(WeightPlace place, int tensors) {}

    /**
     * Goes through a file.
     *
     * @param tensors all of the file
     * @param taken where networks were taken
     * @param rivals where the same networks lie besides
     * @param used full names of what was taken
     * @param isUnwanted whether a full name is one to leave out
     */
    WeightAccount(
            NamedTensors tensors,
            List<Taken> taken,
            List<WeightPlace> rivals,
            Set<String> used,
            Predicate<String> isUnwanted) {
        this.tensors = tensors;
        this.taken = taken;
        this.rivals = rivals;
        for (String name : tensors.names()) {
            if (isUnwanted.test(name)) {
                unwanted.add(name);
            } else if (!used.contains(name)) {
                part(name)
                        .or(() -> rival(name))
                        .ifPresentOrElse(group -> known.merge(group, 1, Integer::sum), () -> unused.add(name));
            }
        }
    }

    /** The known part of a checkpoint that a tensor belongs to, seen from a network's place or one around it. */
    private Optional<String> part(String name) {
        return taken.stream()
                .flatMap(network -> network.place().around().stream())
                .filter(around -> WeightPlace.isBelow(around, name))
                .flatMap(around -> KnownParts.of(around.isEmpty() ? name : name.substring(around.length() + 1))
                        .map(part -> around.isEmpty() ? part : around + "." + part)
                        .stream())
                .findFirst();
    }

    /** Another place of the same network, which was not chosen, if a tensor lies there. */
    private Optional<String> rival(String name) {
        return rivals.stream()
                .map(WeightPlace::prefix)
                .filter(prefix -> WeightPlace.isBelow(prefix, name))
                .filter(prefix -> taken.stream()
                        .noneMatch(network -> network.place().around().contains(prefix)))
                .findFirst();
    }

    /**
     * Refuses a file that does not hold exactly what is needed, but for what is left out.
     *
     * @param file its path
     * @param differences between what was needed and what was taken
     */
    void require(Path file, WeightDifferences differences) {
        WeightDifferences all = differences.plus(new WeightDifferences(List.of(), List.copyOf(unused), List.of()));
        if (!all.isEmpty()) {
            String advice = unused.isEmpty()
                    ? ""
                    : "\n  to leave out what is not used: leave-out=" + NameTree.patterns(unused, tensors.names());
            throw new WeightFileException(file, "does not fit the recipe: " + all.summary() + advice);
        }
    }

    /** What a person should know. */
    List<String> notes() {
        List<String> notes = new ArrayList<>(tensors.remarks());
        taken.stream().flatMap(network -> found(network).stream()).forEach(notes::add);
        if (!unwanted.isEmpty()) {
            notes.add("left out as told: %s, %s".formatted(count(unwanted.size()), NameTree.compact(unwanted)));
        }
        if (!known.isEmpty()) {
            notes.add(known.entrySet().stream()
                    .map(entry -> "%s (%s)".formatted(entry.getKey(), count(entry.getValue())))
                    .collect(Collectors.joining(", ", "left out, being no part of what is read: ", "")));
        }
        return notes;
    }

    private static Optional<String> found(Taken network) {
        WeightPlace place = network.place();
        if (place.prefix().isEmpty() && place.wrappers().isEmpty()) {
            return Optional.empty();
        }
        String below = place.prefix().isEmpty() ? "" : " below " + place.prefix();
        String without = place.wrappers().isEmpty() ? "" : " without " + String.join(", ", place.wrappers());
        return Optional.of("reads the names" + below + without + ": " + count(network.tensors()));
    }

    private static String count(int tensors) {
        return tensors == 1 ? "1 tensor" : tensors + " tensors";
    }
}
