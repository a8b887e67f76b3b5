package io.github.marspark.model.masking;

/** How the guidance scale grows over the iterations of a generation. */
public enum GuidanceSchedule {
    /** The same in every iteration. */
    CONSTANT {
        @Override
        public double at(double guidance, int tokens, int remaining) {
            return guidance;
        }
    },
    /** From nearly 1, growing with the tokens known; the last iteration just fails to reach the full scale. */
    LINEAR {
        @Override
        public double at(double guidance, int tokens, int remaining) {
            return 1 + (guidance - 1) * (tokens - remaining) / tokens;
        }
    };

    /**
     * The scale of an iteration.
     *
     * @param guidance the full scale
     * @param tokens {@code L}
     * @param remaining tokens that the iteration leaves masked, at least 1
     * @return the guidance to use
     */
    public abstract double at(double guidance, int tokens, int remaining);
}
