package io.github.marspark.model.autoencoder;

/** How a reconstruction is compared with its image, value by value. */
public enum ReconstructionLoss {
    /** Absolute difference. */
    L1 {
        @Override
        double value(double difference) {
            return Math.abs(difference);
        }

        @Override
        double slope(double difference) {
            return Math.signum(difference);
        }
    },
    /** Squared difference. */
    L2 {
        @Override
        double value(double difference) {
            return difference * difference;
        }

        @Override
        double slope(double difference) {
            return 2 * difference;
        }
    };

    abstract double value(double difference);

    abstract double slope(double difference);
}
