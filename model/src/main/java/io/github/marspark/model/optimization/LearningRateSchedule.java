package io.github.marspark.model.optimization;

/** What the learning rate does after the warm-up. */
public enum LearningRateSchedule {
    /** Stays at its peak. */
    CONSTANT {
        @Override
        public LearningRate of(double peak, long warmupSteps, long totalSteps) {
            return new LearningRate.Constant(peak, warmupSteps);
        }
    },
    /** Falls along half a cosine to 0 at the last step. */
    COSINE {
        @Override
        public LearningRate of(double peak, long warmupSteps, long totalSteps) {
            return new LearningRate.Cosine(peak, 0, warmupSteps, totalSteps);
        }
    };

    /**
     * The learning rate of each step of a training.
     *
     * @param peak learning rate after the warm-up
     * @param warmupSteps steps of the warm-up, 0 for none
     * @param totalSteps steps of the training
     * @throws IllegalArgumentException when one is out of its range
     */
    public abstract LearningRate of(double peak, long warmupSteps, long totalSteps);
}
