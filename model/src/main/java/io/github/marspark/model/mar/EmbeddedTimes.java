package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Time steps as the head sees them.
 *
 * @param timesteps distinct and ascending
 * @param values a row for each, as wide as the head
 */
record EmbeddedTimes(int[] timesteps, Variable values) {
    /** The row of each of some of these time steps. */
    int[] rowsOf(int[] some) {
        return IntStream.of(some).map(t -> Arrays.binarySearch(timesteps, t)).toArray();
    }
}
