package io.github.marspark.model.tensor;

import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.SplittableRandom;

/** How roundings add up, and what they do to an exact result. Not thread-safe. */
interface Roundings {
    /** By how much roundings one behind the other change a result, as a share of the magnitudes that went in. */
    double growth(int roundings);

    /** The results that are handed on. */
    double[] handedOn(Bounded results);

    /** Results are handed on as they are; their limits are those of {@link RoundingLimit}. */
    static Roundings limits() {
        return new Roundings() {
            @Override
            public double growth(int roundings) {
                return RoundingLimit.of(roundings);
            }

            @Override
            public double[] handedOn(Bounded results) {
                return results.values();
            }
        };
    }

    /**
     * Every result is moved as float32 would: by a random number, uniform within {@code sqrt(n) u} of the magnitudes that
     * went in. Its deviation, {@code u sqrt(n / 3)} of them, is the most that the sum of n independent roundings has,
     * whatever the order of the sum.
     *
     * @param seed of the numbers
     */
    static Roundings random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Roundings() {
            @Override
            public double growth(int roundings) {
                return RoundingLimit.usual(roundings);
            }

            @Override
            public double[] handedOn(Bounded results) {
                double[] moved = results.values().clone();
                for (int i = 0; i < moved.length; i++) {
                    moved[i] += results.limits()[i] * random.nextDouble(-1, 1);
                }
                return moved;
            }
        };
    }
}
