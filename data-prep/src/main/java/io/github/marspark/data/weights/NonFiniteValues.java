package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Weights that are no numbers or infinite, with which a network computes nothing of use.
 *
 * @param tensors those that have such values, in their order
 */
public record NonFiniteValues(List<Tensor> tensors) {

    private static final int MOST_TENSORS = 10;

    /**
     * One tensor.
     *
     * @param name its name
     * @param notNumbers how many of its values are not a number
     * @param infinite how many are infinite, or beyond float32
     */
    public record Tensor(String name, long notNumbers, long infinite) {
        @Override
        public String toString() {
            return notNumbers == 0
                    ? "%s (%d infinite)".formatted(name, infinite)
                    : infinite == 0
                            ? "%s (%d not a number)".formatted(name, notNumbers)
                            : "%s (%d not a number, %d infinite)".formatted(name, notNumbers, infinite);
        }
    }

    /** Keeps the list as it is. */
    public NonFiniteValues {
        tensors = List.copyOf(tensors);
    }

    /**
     * Looks at every value once.
     *
     * @param weights where to look
     * @return the tensors that have such values
     */
    public static NonFiniteValues of(NamedTensors weights) {
        List<Tensor> tensors = new ArrayList<>();
        for (String name : weights.names()) {
            LongAdder notNumbers = new LongAdder();
            LongAdder infinite = new LongAdder();
            weights.read(name, chunk -> count(chunk, notNumbers, infinite));
            if (notNumbers.sum() + infinite.sum() > 0) {
                tensors.add(new Tensor(name, notNumbers.sum(), infinite.sum()));
            }
        }
        return new NonFiniteValues(tensors);
    }

    private static void count(FloatBuffer chunk, LongAdder notNumbers, LongAdder infinite) {
        while (chunk.hasRemaining()) {
            float value = chunk.get();
            if (Float.isNaN(value)) {
                notNumbers.increment();
            } else if (Float.isInfinite(value)) {
                infinite.increment();
            }
        }
    }

    /**
     * Whether there are none.
     *
     * @return true if every weight is a finite number
     */
    public boolean isEmpty() {
        return tensors.isEmpty();
    }

    @Override
    public String toString() {
        String named =
                tensors.stream().limit(MOST_TENSORS).map(Tensor::toString).collect(Collectors.joining(", "));
        int left = tensors.size() - MOST_TENSORS;
        return "weights that are not finite numbers in %d %s: %s%s"
                .formatted(
                        tensors.size(),
                        tensors.size() == 1 ? "tensor" : "tensors",
                        named,
                        left > 0 ? " and " + left + " more" : "");
    }
}
