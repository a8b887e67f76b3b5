package io.github.marspark.model.loss;

/** The loss of {@code N} rows and its gradient by what was predicted for them. */
public interface LossTerms {
    /** The mean over the rows. */
    double loss();

    /** Each row's loss, {@code (N)}; its unit is that of the loss. */
    double[] ofRows();

    /** The derivative of {@link #loss} by the prediction, {@code (N, …)}, float32, a new array or one that nobody else reads. */
    float[] gradientAsFloats();
}
