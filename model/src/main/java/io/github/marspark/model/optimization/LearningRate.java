package io.github.marspark.model.optimization;

import java.io.Serializable;

/**
 * The learning rate of each step: linear from exactly 0 at step 0 to the peak at the end of the warm-up, then constant or
 * along half a cosine. Immutable and thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 4 and appendix B</a>
 */
public sealed interface LearningRate extends Serializable {
    /**
     * The learning rate of a step.
     *
     * @param step number of the step, from 0
     * @return a rate between 0 and the peak
     */
    double at(long step);

    /**
     * Stays at the peak; the paper's choice for the diffusion loss.
     *
     * @param peak learning rate after the warm-up
     * @param warmupSteps steps of the warm-up, 0 for none
     */
    record Constant(double peak, long warmupSteps) implements LearningRate {
        /**
         * Checks the two.
         *
         * @throws IllegalArgumentException when one is negative
         */
        public Constant {
            requireAtLeast("peak learning rate", peak, 0);
            requireAtLeast("warm-up steps", warmupSteps, 0);
        }

        @Override
        public double at(long step) {
            return step < warmupSteps ? peak * step / warmupSteps : peak;
        }
    }

    /**
     * Falls to a minimum: {@code minimum + (peak - minimum) (1 + cos(π (step - warmup) / (total - warmup))) / 2}.
     *
     * @param peak learning rate after the warm-up
     * @param minimum learning rate from the last step on, at most the peak
     * @param warmupSteps steps of the warm-up, 0 for none
     * @param totalSteps steps of the training, more than the warm-up's
     */
    record Cosine(double peak, double minimum, long warmupSteps, long totalSteps) implements LearningRate {
        /**
         * Checks the four.
         *
         * @throws IllegalArgumentException when one is out of its range
         */
        public Cosine {
            requireAtLeast("minimum learning rate", minimum, 0);
            requireAtLeast("peak learning rate", peak, minimum);
            requireAtLeast("warm-up steps", warmupSteps, 0);
            requireAtLeast("total steps", totalSteps, warmupSteps + 1);
        }

        @Override
        public double at(long step) {
            if (step < warmupSteps) {
                return peak * step / warmupSteps;
            }
            double done = Math.min(1, (step - warmupSteps) / (double) (totalSteps - warmupSteps));
            return minimum + (peak - minimum) * 0.5 * (1 + Math.cos(Math.PI * done));
        }
    }

    private static void requireAtLeast(String name, double value, double least) {
        if (!(value >= least) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
    }

    private static void requireAtLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
    }
}
