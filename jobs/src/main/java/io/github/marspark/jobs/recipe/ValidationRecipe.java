package io.github.marspark.jobs.recipe;

/**
 * The latents that a training is measured on.
 *
 * @param share of the latents that is never trained on, 0 for none
 * @param everySteps steps between measurements
 */
public record ValidationRecipe(
        @Describe(value = "share of the latents that is never trained on, but measured; 0 for none", byDefault = "0.0")
        double share,

        @Describe(value = "steps between measurements of the validation loss", unit = "steps", byDefault = "1000")
        long everySteps) {
    /** Checks each value. */
    public ValidationRecipe {
        Require.between("share", share, 0, 0.5);
        Require.atLeast("every-steps", everySteps, 1);
    }
}
