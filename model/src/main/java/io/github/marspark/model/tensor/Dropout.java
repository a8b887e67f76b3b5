package io.github.marspark.model.tensor;

/**
 * Which elements of an activation are dropped: element {@code e} of sample {@code b} is, when a hash of {@code (keys[b],
 * e)} falls below {@code rate}.
 *
 * <p>The keys are drawn from (seed, step, sample, layer), so a mask depends neither on the batch a sample is in nor on
 * the thread that computes it. Element indices count a sample's values row after row.
 *
 * @param rate probability of a drop, in [0, 1); 0 means that nothing is dropped and the keys are not read
 * @param keys one a sample
 */
public record Dropout(float rate, int[] keys) {
    /** Drops nothing. */
    public static final Dropout NONE = new Dropout(0, new int[0]);

    /** What the hash multiplies an element by. */
    static final int STEP = 0x9E3779B9;

    /** Checks the rate. */
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout rate is " + rate + ", must be at least 0 and below 1");
        }
    }

    /** Whether nothing is ever dropped. */
    public boolean isNone() {
        return rate == 0;
    }

    /** What a kept value is multiplied by, {@code 1 / (1 - rate)}. */
    public float scale() {
        return 1 / (1 - rate);
    }

    /** The bound of the hash below which an element is dropped, of 2^24. */
    int threshold() {
        return Math.round(rate * (1 << 24));
    }

    /** Whether an element of a sample is kept. */
    boolean keeps(int sample, int element) {
        return hash(keys[sample], element) >>> 8 >= threshold();
    }

    /**
     * 32 well-mixed bits of a key and an element, by two rounds of multiplication and shift (the finaliser of
     * MurmurHash3 with its published constants).
     */
    static int hash(int key, int element) {
        int h = element * STEP ^ key;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        return h ^ (h >>> 16);
    }
}
