package io.github.marspark.model.optimization;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The arrays that an optimiser's step reads and writes, {@code P} floats each. The buffers are shared, not copied; their
 * positions are neither used nor moved, so threads may update disjoint ranges at once.
 *
 * @param parameters read and written
 * @param gradient read
 * @param firstMoment moving average of the gradient, read and written, 0 at first
 * @param secondMoment moving average of the squared gradient, read and written, 0 at first
 * @param average moving average of the parameters, read and written, a copy of them at first; null for none
 */
public record OptimizerState(
        FloatBuffer parameters,
        FloatBuffer gradient,
        FloatBuffer firstMoment,
        FloatBuffer secondMoment,
        @Nullable FloatBuffer average) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException when one differs from the parameters'
     */
    public OptimizerState {
        requireSize("gradient", gradient, parameters);
        requireSize("firstMoment", firstMoment, parameters);
        requireSize("secondMoment", secondMoment, parameters);
        if (average != null) {
            requireSize("average", average, parameters);
        }
    }

    /**
     * Forgets what earlier steps saw of some parameters, which then begin anew: their moments become 0, and their average what
     * they are now.
     *
     * @param offset of the first
     * @param length how many
     */
    public void forget(int offset, int length) {
        float[] zeros = new float[length];
        firstMoment.put(offset, zeros);
        secondMoment.put(offset, zeros);
        if (average != null) {
            average.put(offset, parameters, offset, length);
        }
    }

    private static void requireSize(String name, FloatBuffer buffer, FloatBuffer parameters) {
        if (buffer.limit() != parameters.limit()) {
            throw new IllegalArgumentException(
                    "%s has %s floats, the parameters %s".formatted(name, buffer.limit(), parameters.limit()));
        }
    }
}
