package io.github.marspark.model.classifier;

import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;

/**
 * How a classifier is trained.
 *
 * @param optimizer of the parameters
 * @param learningRate of each step
 * @param clipping of the gradient's norm
 * @param dropout share of the features that a step does without, in [0, 1)
 * @param spread share of a label's certainty that is spread over all classes, in [0, 1)
 * @param averageRate of the moving average of the parameters, in [0, 1]
 * @param batch images a step
 * @param seed what starting values, batches, changes of images and dropout are drawn from
 */
public record ClassifierTraining(
        AdamW optimizer,
        LearningRate learningRate,
        GradientClipping clipping,
        double dropout,
        double spread,
        double averageRate,
        int batch,
        long seed) {
    private static final double PEAK = 2e-3;
    private static final double WARM_UP = 0.05;

    /** Checks each component. */
    public ClassifierTraining {
        requireShare("dropout", dropout);
        requireShare("spread", spread);
        if (batch < 1) {
            throw new IllegalArgumentException("batch is " + batch + ", must be at least 1");
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [0, 1)");
        }
    }

    /**
     * What serves small collections: the learning rate rises over a twentieth of the steps and falls along half a cosine.
     *
     * @param steps of the training, at least 1
     */
    public static ClassifierTraining usual(long steps, long seed) {
        return new ClassifierTraining(
                new AdamW(0.9, 0.999, 1e-8, 0.05),
                new LearningRate.Cosine(PEAK, PEAK / 100, (long) (WARM_UP * steps), steps),
                new GradientClipping(1),
                0.3,
                0.1,
                0.99,
                128,
                seed);
    }
}
