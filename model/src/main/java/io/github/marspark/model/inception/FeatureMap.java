package io.github.marspark.model.inception;

import io.github.marspark.model.tensor.Matrix;

/**
 * A batch of images of features.
 *
 * @param form its sizes
 * @param values {@code (B H W, C)}, a row for each pixel
 */
record FeatureMap(Form form, Matrix values) {
    /** Some of the channels, sharing the memory. */
    FeatureMap channels(int from, int to) {
        return new FeatureMap(form.withChannels(to - from), values.columns(from, to));
    }
}
