package io.github.marspark.jobs.recipe;

/** Which network's features images are compared by. */
public enum FeatureSource {
    /** The classifier of the collection itself. */
    CLASSIFIER,
    /** The Inception network of 2015, whose Fréchet distance is the FID. */
    INCEPTION
}
