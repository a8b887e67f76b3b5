package io.github.marspark.data.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How tensors differ in names and shapes from those that a network needs.
 *
 * @param missing names that are needed and not there
 * @param unused names that are there and not needed
 * @param misshapen clauses about those that are there with another shape than needed
 */
record WeightDifferences(List<String> missing, List<String> unused, List<String> misshapen) {

    private static final int MOST_SHAPES = 10;

    /** Keeps the lists as they are. */
    WeightDifferences {
        missing = List.copyOf(missing);
        unused = List.copyOf(unused);
        misshapen = List.copyOf(misshapen);
    }

    /**
     * Compares names and shapes.
     *
     * @param expected shapes needed, by name
     * @param found shapes there, by name, see {@link NamedTensors#shapes}
     * @return the differences, each list in the order of its map
     */
    static WeightDifferences between(Map<String, Shape> expected, Map<String, Shape> found) {
        List<String> misshapen = new ArrayList<>();
        expected.forEach((name, shape) -> {
            Shape other = found.getOrDefault(name, shape);
            if (!shape.equals(other)) {
                misshapen.add(name + " has shape " + other + ", must have " + shape);
            }
        });
        return new WeightDifferences(
                without(expected.keySet(), found.keySet()), without(found.keySet(), expected.keySet()), misshapen);
    }

    private static List<String> without(Collection<String> names, Collection<String> others) {
        return names.stream().filter(name -> !others.contains(name)).toList();
    }

    /** Those of two networks together. */
    WeightDifferences plus(WeightDifferences others) {
        return new WeightDifferences(
                joined(missing, others.missing), joined(unused, others.unused), joined(misshapen, others.misshapen));
    }

    private static List<String> joined(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** Whether there are none. */
    boolean isEmpty() {
        return missing.isEmpty() && unused.isEmpty() && misshapen.isEmpty();
    }

    /**
     * What a refusal says: the numbers, and below them, indented, the names.
     *
     * @return several lines
     */
    String summary() {
        List<String> lines = new ArrayList<>();
        lines.add("%d of the network's tensors missing, %d of another shape, %d that it has not"
                .formatted(missing.size(), misshapen.size(), unused.size()));
        add(lines, "missing: ", missing);
        misshapen.stream().limit(MOST_SHAPES).forEach(lines::add);
        if (misshapen.size() > MOST_SHAPES) {
            lines.add("and " + (misshapen.size() - MOST_SHAPES) + " more of another shape");
        }
        add(lines, "not used: ", unused);
        return String.join("\n  ", lines);
    }

    private static void add(List<String> lines, String what, List<String> names) {
        if (!names.isEmpty()) {
            lines.add(what + NameTree.compact(names));
        }
    }

    /**
     * Refuses tensors that differ.
     *
     * @param source where the tensors come from, see {@link NamedTensors#source}
     * @throws IllegalArgumentException if there are differences, with the {@link #summary}
     */
    void requireNone(String source) {
        if (!isEmpty()) {
            throw new IllegalArgumentException(source + " does not fit the network: " + summary());
        }
    }
}
