package io.github.marspark.data.weights;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Sizes of a tensor's dimensions, outermost first; {@code ()} is a scalar. Immutable.
 *
 * @param dimensions sizes, each at least 0
 */
public record Shape(List<Long> dimensions) {

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a size is negative or the product of all exceeds 2^63 - 1
     */
    public Shape {
        dimensions = List.copyOf(dimensions);
        for (int i = 0; i < dimensions.size(); i++) {
            requireNotNegative(i, dimensions.get(i));
        }
        requireCountable(dimensions);
    }

    /**
     * A shape from its sizes.
     *
     * @param dimensions sizes, outermost first
     * @return the shape
     * @throws IllegalArgumentException if a size is negative or the product of all exceeds 2^63 - 1
     */
    public static Shape of(long... dimensions) {
        return new Shape(Arrays.stream(dimensions).boxed().toList());
    }

    /**
     * The product of all sizes: 1 for a scalar, 0 if any size is 0.
     *
     * @return the number of elements
     */
    public long elements() {
        return product(dimensions);
    }

    /**
     * The sizes as ND4J takes them.
     *
     * @return a new array, outermost first
     */
    public long[] toArray() {
        return dimensions.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public String toString() {
        return dimensions.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    private static void requireNotNegative(int index, long size) {
        if (size < 0) {
            throw new IllegalArgumentException("dimension " + index + " is " + size + ", must be at least 0");
        }
    }

    private static void requireCountable(List<Long> dimensions) {
        try {
            product(dimensions);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape " + dimensions + " has more than 2^63 - 1 elements", e);
        }
    }

    private static long product(List<Long> dimensions) {
        return dimensions.contains(0L) ? 0 : dimensions.stream().reduce(1L, Math::multiplyExact);
    }
}
