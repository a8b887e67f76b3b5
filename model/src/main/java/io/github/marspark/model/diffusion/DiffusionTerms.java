package io.github.marspark.model.diffusion;

import io.github.marspark.model.loss.LossTerms;
import java.util.Arrays;

/**
 * The diffusion loss of {@code N} rows and its gradient by the network's output. Not thread-safe while the arrays, which
 * are not copied, are written to.
 */
public final class DiffusionTerms implements LossTerms {
    private final double[] squaredErrors;
    private final double[] bounds;
    private final double[] gradient;
    private double loss;

    DiffusionTerms(int rows, int width) {
        squaredErrors = new double[rows];
        bounds = new double[rows];
        gradient = new double[rows * 2 * width];
    }

    /**
     * The weighted mean over the rows of squared error plus bound.
     *
     * @return the loss
     */
    @Override
    public double loss() {
        return loss;
    }

    /**
     * Each row's mean squared error of the noise prediction.
     *
     * @return {@code (N)}
     */
    public double[] squaredErrors() {
        return squaredErrors;
    }

    /**
     * Each row's variational bound.
     *
     * @return {@code (N)}, bits a dimension
     */
    public double[] bounds() {
        return bounds;
    }

    /**
     * Each row's squared error plus bound.
     *
     * @return {@code (N)}, a new array
     */
    @Override
    public double[] ofRows() {
        double[] sums = new double[bounds.length];
        Arrays.setAll(sums, row -> squaredErrors[row] + bounds[row]);
        return sums;
    }

    /**
     * The derivative of the loss by the network's output.
     *
     * @return {@code (N, 2D)}
     */
    public double[] gradient() {
        return gradient;
    }

    /**
     * The derivative of the loss by the network's output, rounded to float32.
     *
     * @return {@code (N, 2D)}, a new array
     */
    @Override
    public float[] gradientAsFloats() {
        float[] result = new float[gradient.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) gradient[i];
        }
        return result;
    }

    void addWeighted(int row, double weight) {
        loss += weight * (squaredErrors[row] + bounds[row]);
    }
}
