package io.github.marspark.jobs.latents;

import io.github.marspark.jobs.recipe.Recipe;

/**
 * Which records are never trained on: h of n, at equal distances, so that each class of a sorted collection has its part.
 * It depends on their number alone. Immutable.
 *
 * @param records n
 * @param count h, less than n
 */
public record HeldOut(long records, int count) {
    /** Checks the numbers. */
    public HeldOut {
        if (count < 0 || count >= records) {
            throw new IllegalArgumentException("count is " + count + ", must be in 0 … " + (records - 1));
        }
    }

    /**
     * Those of a recipe.
     *
     * @throws IllegalArgumentException if nothing would be left to train on
     */
    public static HeldOut of(Recipe recipe, long records) {
        double share = recipe.train().validation().share();
        if (share == 0) {
            return new HeldOut(records, 0);
        }
        if (records < 2) {
            throw new IllegalArgumentException(
                    "train.validation.share is %s, but %s holds one record, which is trained on; set it to 0"
                            .formatted(share, recipe.latents()));
        }
        return new HeldOut(records, Math.max(1, Math.toIntExact(Math.round(share * records))));
    }

    /** How many are trained on. */
    long trained() {
        return records - count;
    }

    /** The number of a record that is held out. */
    long record(int heldOut) {
        return Math.multiplyExact(2L * heldOut + 1, records) / (2L * count);
    }

    /** The number of a record that is trained on. */
    long trainedRecord(long number) {
        return number + before(number);
    }

    /** How many held-out records come before the one that is trained on under a number. */
    private int before(long number) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (record(middle) - middle <= number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
