package io.github.marspark.data.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How tensors differ in names and shapes from those that a configuration needs.
 *
 * @param missing needed, not there
 * @param unexpected there, not needed
 * @param misshapen there with another shape than needed
 */
public record WeightDifferences(List<TensorShape> missing, List<TensorShape> unexpected, List<Misshapen> misshapen) {

    private static final int MOST_IN_MESSAGE = 30;

    /**
     * A tensor's name and shape.
     *
     * @param name its name
     * @param shape its sizes
     */
    public record TensorShape(String name, Shape shape) {}

    /**
     * A tensor of the wrong shape.
     *
     * @param name its name
     * @param expected sizes needed
     * @param found sizes there
     */
    public record Misshapen(String name, Shape expected, Shape found) {}

    /** Keeps the lists as they are. */
    public WeightDifferences {
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        misshapen = List.copyOf(misshapen);
    }

    /**
     * Compares names and shapes.
     *
     * @param expected shapes needed, by name
     * @param found shapes there, by name, see {@link NamedTensors#shapes}
     * @return the differences, each list in the order of its map
     */
    public static WeightDifferences between(Map<String, Shape> expected, Map<String, Shape> found) {
        List<Misshapen> misshapen = new ArrayList<>();
        expected.forEach((name, shape) -> {
            Shape other = found.getOrDefault(name, shape);
            if (!shape.equals(other)) {
                misshapen.add(new Misshapen(name, shape, other));
            }
        });
        return new WeightDifferences(without(expected, found), without(found, expected), misshapen);
    }

    /**
     * Whether there are no differences.
     *
     * @return true if names and shapes are the same
     */
    public boolean isEmpty() {
        return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty();
    }

    /**
     * One sentence a tensor: the missing, then the unexpected, then the misshapen.
     *
     * @return sentences; none if there are no differences
     */
    public List<String> sentences() {
        return Stream.of(
                        missing.stream().map(tensor -> tensor.name() + " " + tensor.shape() + " is missing"),
                        unexpected.stream().map(tensor -> tensor.name() + " " + tensor.shape() + " is not expected"),
                        misshapen.stream()
                                .map(tensor -> tensor.name() + " has shape " + tensor.found() + ", must have "
                                        + tensor.expected()))
                .flatMap(sentences -> sentences)
                .toList();
    }

    /**
     * Refuses tensors that differ.
     *
     * @param source where the tensors come from, see {@link NamedTensors#source}
     * @throws IllegalArgumentException if there are differences, with their counts and the first of the sentences
     */
    public void requireNone(String source) {
        if (!isEmpty()) {
            throw new IllegalArgumentException(source + " does not fit the configuration: " + summary());
        }
    }

    private String summary() {
        List<String> lines = new ArrayList<>();
        lines.add(
                missing.size() + " missing, " + unexpected.size() + " unexpected, " + misshapen.size() + " misshapen");
        lines.addAll(sentences().stream().limit(MOST_IN_MESSAGE).toList());
        int left = sentences().size() - MOST_IN_MESSAGE;
        if (left > 0) {
            lines.add("and " + left + " more");
        }
        return String.join("\n  ", lines);
    }

    private static List<TensorShape> without(Map<String, Shape> shapes, Map<String, Shape> others) {
        return shapes.entrySet().stream()
                .filter(entry -> !others.containsKey(entry.getKey()))
                .map(entry -> new TensorShape(entry.getKey(), entry.getValue()))
                .toList();
    }
}
