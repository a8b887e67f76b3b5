package io.github.marspark.model.parameters;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One array of learned values.
 *
 * @param name as in the reference's checkpoints
 * @param shape every dimension at least 1
 * @param initialization how it starts
 */
public record ParameterSpec(String name, int[] shape, Initialization initialization) {
    /** Checks the shape. */
    public ParameterSpec {
        if (shape.length == 0 || Arrays.stream(shape).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "shape of " + name + " is " + Arrays.toString(shape) + ", every dimension must be at least 1");
        }
    }

    /** Number of values. */
    public int size() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Rows of the array as a matrix: outputs of a weight, entries of a table, one for a vector. */
    public int rows() {
        return switch (shape.length) {
            case 1 -> 1;
            case 4 -> shape[0];
            default -> size() / shape[shape.length - 1];
        };
    }

    @Override
    public String toString() {
        return name + Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", ", " (", ")"));
    }
}
