package io.github.marspark.model.tensor;

import java.util.function.DoubleSupplier;

/**
 * Losses of {@code N} rows as means over them, and their derivatives by what was predicted, computed in float64 where the
 * predictions lie. A loss is computed when it is asked for at the latest, so ask after all other work was asked for.
 */
public interface Losses {
    /**
     * The loss of a diffusion.
     *
     * @param output the predicted noise, then the place of the variance, {@code (N, 2 D)}
     * @param clean {@code N D} values
     * @param noise {@code N D} values
     * @param timesteps {@code N}
     * @param table for each time step three numbers: what the difference of the noises is multiplied by to be that of the
     *     means, and the lowest and the highest log-variance
     * @param gradient {@code (N, 2 D)}, receives the derivative
     */
    DoubleSupplier diffusion(
            Matrix output, float[] clean, float[] noise, int[] timesteps, double[] table, Matrix gradient);

    /**
     * The cross-entropy of ids.
     *
     * @param logits {@code (N, Q)}
     * @param ids {@code N}, each below Q
     * @param gradient {@code (N, Q)}, receives the derivative
     */
    DoubleSupplier crossEntropy(Matrix logits, int[] ids, Matrix gradient);
}
