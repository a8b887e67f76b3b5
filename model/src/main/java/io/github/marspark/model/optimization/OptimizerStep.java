package io.github.marspark.model.optimization;

/**
 * What changes from one step of the optimiser to the next.
 *
 * @param number of the step, from 0
 * @param learningRate the step's, at least 0
 * @param gradientScale what the gradient is multiplied by before use: the clipping's coefficient, a worker's share
 * @param averageRate the step's rate of the moving average
 */
public record OptimizerStep(long number, double learningRate, double gradientScale, double averageRate) {
    /**
     * Checks the four.
     *
     * @throws IllegalArgumentException when one is out of its range; a scale that is not finite comes from a gradient that
     *     is not
     */
    public OptimizerStep {
        if (number < 0) {
            throw new IllegalArgumentException("step is " + number + ", must be at least 0");
        }
        if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException("learning rate is " + learningRate + ", must be at least 0");
        }
        if (!Double.isFinite(gradientScale)) {
            throw new IllegalArgumentException("gradient scale is " + gradientScale + ", must be finite");
        }
        if (!(averageRate >= 0 && averageRate <= 1)) {
            throw new IllegalArgumentException("average rate is " + averageRate + ", must be in [0, 1]");
        }
    }
}
