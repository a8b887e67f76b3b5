package io.github.marspark.jobs.recipe;

/**
 * When progress is saved, and how much of it is kept.
 *
 * @param everySteps steps between checkpoints, 0 for none but the last
 * @param everyMinutes minutes between checkpoints, 0 for none but the last
 * @param keep number of newest checkpoints kept
 * @param keepEverySteps steps whose multiples are kept for good, 0 for none
 */
public record CheckpointRecipe(
        @Describe(value = "steps between checkpoints; 0 for the last only", unit = "steps", byDefault = "3125")
        long everySteps,

        @Describe(value = "time between checkpoints; 0 for the last only", unit = "minutes", byDefault = "0")
        double everyMinutes,

        @Describe(value = "newest checkpoints kept", unit = "checkpoints", byDefault = "3")
        int keep,

        @Describe(
                value = "checkpoints of multiples of this are kept for good; 0 for none",
                unit = "steps",
                byDefault = "0")
        long keepEverySteps) {
    /** Checks each value. */
    public CheckpointRecipe {
        Require.atLeast("every-steps", everySteps, 0);
        Require.atLeast("every-minutes", everyMinutes, 0.0);
        Require.atLeast("keep", keep, 1);
        Require.atLeast("keep-every-steps", keepEverySteps, 0);
    }
}
