package io.github.marspark.jobs.evaluation;

import io.github.marspark.model.evaluation.FeatureStatistics;
import java.util.Optional;

/**
 * One side of a comparison: statistics, and the features they are of, unless they were read from a file.
 *
 * @param name what messages call it
 * @param statistics mean and covariance
 * @param features of its images, if they are at hand
 */
record JudgedSet(String name, FeatureStatistics statistics, Optional<FeatureSet> features) implements AutoCloseable {
    @Override
    public void close() {
        features.ifPresent(FeatureSet::close);
    }
}
