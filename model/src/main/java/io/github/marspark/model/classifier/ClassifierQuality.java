package io.github.marspark.model.classifier;

import java.util.Arrays;

/**
 * How often a classifier is right.
 *
 * @param confusion {@code (K, K)}: images of a class, by the class they were taken for
 */
public record ClassifierQuality(int[][] confusion) {
    /** Number of images. */
    public int images() {
        return Arrays.stream(confusion).flatMapToInt(Arrays::stream).sum();
    }

    /** Share of images that were taken for what they are. */
    public double accuracy() {
        int right = 0;
        for (int label = 0; label < confusion.length; label++) {
            right += confusion[label][label];
        }
        return (double) right / images();
    }

    /** Share of a class's images that were taken for what they are; not a number if it has none. */
    public double accuracy(int label) {
        return (double) confusion[label][label]
                / Arrays.stream(confusion[label]).sum();
    }
}
