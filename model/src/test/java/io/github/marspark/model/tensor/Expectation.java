package io.github.marspark.model.tensor;

import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What a whole computation gives exactly, and how far from it roundings to float32 may lead: found by running it on
 * {@link ExactKernels} once as they are and {@value #RUNS} times with each result of an operation moved at random, as far
 * as the roundings of float32 might, however sums are ordered.
 *
 * <pre>
 * limit = {@value #DEVIATIONS} sqrt(mean over the runs of (moved - exact)²) + 2 u |exact|
 * </pre>
 *
 * <p>with {@code u} of {@link RoundingLimit}. The runs carry the roundings through all that amplifies them: layers,
 * gradients, reverse steps, steps of an optimiser. The last term is the storage of both sides in float32. If float32's
 * roundings were as large as the moves are, which is the most that they can be, the ratio of a difference to the root
 * would follow Student's distribution with {@value #RUNS} degrees of freedom and exceed {@value #DEVIATIONS} with a chance
 * of 4e-7. Nothing depends on the machine.
 *
 * @see <a href="https://doi.org/10.1145/592843.592851">Parker, Pierce and Eggert, Monte Carlo arithmetic</a>
 */
public final class Expectation {
    private static final int RUNS = 12;
    private static final double DEVIATIONS = 10;

    private final Named<double[]> exact;
    private final Named<double[]> limits = new Named<>();

    private Expectation(Named<double[]> exact) {
        this.exact = exact;
    }

    /**
     * Runs a computation.
     *
     * @param computation gives named values; is run by several threads at once, each with kernels of its own
     */
    public static Expectation of(Function<Kernels, Named<double[]>> computation) {
        List<Named<double[]>> runs = IntStream.rangeClosed(0, RUNS)
                .parallel()
                .mapToObj(run -> run == 0 ? ExactKernels.exact() : ExactKernels.movedAtRandom(run))
                .map(computation)
                .toList();
        Expectation expectation = new Expectation(runs.get(0));
        List<Named<double[]>> moved = runs.subList(1, runs.size());
        for (String name : expectation.exact.names()) {
            expectation.limits.put(name, limits(expectation.exact.get(name), moved, name));
        }
        return expectation;
    }

    private static double[] limits(double[] exact, List<Named<double[]>> moved, String name) {
        double[] limits = new double[exact.length];
        for (Named<double[]> run : moved) {
            double[] values = run.get(name);
            for (int i = 0; i < limits.length; i++) {
                limits[i] += (values[i] - exact[i]) * (values[i] - exact[i]) / moved.size();
            }
        }
        Arrays.setAll(limits, i -> DEVIATIONS * Math.sqrt(limits[i]) + 2 * RoundingLimit.FLOAT32 * Math.abs(exact[i]));
        return limits;
    }

    /** The exact values. */
    public double[] exact(String name) {
        return exact.get(name);
    }

    /** The greatest difference of each value. */
    public double[] limits(String name) {
        return limits.get(name);
    }

    /** All names in the order in which they were computed. */
    public Iterable<String> names() {
        return exact.names();
    }

    /** Compares values that were computed in float32, or recorded, with the exact ones. */
    public void check(String name, double[] values) {
        check(name, values, value -> 0);
    }

    /**
     * Compares values behind which more is computed in float32 than kernels do.
     *
     * @param more what that adds to the limit of an exact value
     */
    public void check(String name, double[] values, DoubleUnaryOperator more) {
        checkWithin(Double.POSITIVE_INFINITY, name, values, more);
    }

    /**
     * Compares values that cannot be far apart.
     *
     * @param most limit of all limits
     * @param more what is added to the limit of an exact value
     */
    public void checkWithin(double most, String name, double[] values, DoubleUnaryOperator more) {
        double[] expected = exact.get(name);
        double[] ofValues = limits.get(name);
        Closeness.assertWithin(
                name, values, expected, i -> Math.min(most, ofValues[i] + more.applyAsDouble(expected[i])));
    }

    /** Compares values with some of the exact ones. */
    public void checkSome(String name, double[] values, UnaryOperator<double[]> some) {
        double[] ofSome = some.apply(limits.get(name));
        Closeness.assertWithin(name, values, some.apply(exact.get(name)), i -> ofSome[i]);
    }
}
