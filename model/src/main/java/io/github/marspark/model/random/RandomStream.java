package io.github.marspark.model.random;

import java.util.Objects;

/**
 * One stream of random numbers: the words of the Philox blocks 0, 1, 2, … of a stream's counter. Streams of different
 * counters never share a block. Holds a position, so not thread-safe; cheap to make.
 */
public final class RandomStream {
    private static final int WORDS = 4;
    private static final double WORD = 0x1p-32;

    private final int key0;
    private final int key1;
    private final int counter1;
    private final int counter2;
    private final int counter3;
    private final int[] block = new int[WORDS];
    private int nextBlock;
    private int nextWord = WORDS;

    RandomStream(long seed, int counter1, int counter2, int counter3) {
        this.key0 = (int) seed;
        this.key1 = (int) (seed >>> 32);
        this.counter1 = counter1;
        this.counter2 = counter2;
        this.counter3 = counter3;
    }

    /**
     * The next 32 random bits.
     *
     * @return any int
     * @throws IllegalStateException after 2<sup>34</sup> - 4 words
     */
    public int nextInt() {
        if (nextWord == WORDS) {
            refill();
        }
        return block[nextWord++];
    }

    /**
     * A uniform integer, without bias.
     *
     * @param bound number of values, at least 1
     * @return a value in {@code 0 … bound - 1}
     * @throws IllegalArgumentException when {@code bound} is not positive
     */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", must be at least 1");
        }
        long threshold = (1L << 32) % bound;
        long product = scaled(bound);
        while ((product & 0xFFFFFFFFL) < threshold) {
            product = scaled(bound);
        }
        return (int) (product >>> 32);
    }

    /**
     * A uniform number strictly between 0 and 1, with 52 random bits.
     *
     * @return a multiple of 2<sup>-53</sup>, never 0 nor 1
     */
    public double nextDouble() {
        long high = Integer.toUnsignedLong(nextInt()) << 20;
        long low = Integer.toUnsignedLong(nextInt()) >>> 12;
        return ((high | low) + 0.5) * 0x1p-52;
    }

    /**
     * Fills a range with uniform numbers.
     *
     * @param values where to write
     * @param offset first index
     * @param length how many
     * @param low least value
     * @param high bound of the values
     */
    public void uniform(float[] values, int offset, int length, float low, float high) {
        Objects.checkFromIndexSize(offset, length, values.length);
        for (int i = offset; i < offset + length; i++) {
            values[i] = (float) (low + (high - (double) low) * ((nextInt() >>> 8) * 0x1p-24));
        }
    }

    /**
     * Fills a range with independent standard normal numbers, {@code N(0, 1)}, by the Box-Muller transform: two words
     * give two numbers. The values are the same on every platform.
     *
     * @param values where to write
     * @param offset first index
     * @param length how many
     */
    public void normal(float[] values, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, values.length);
        int end = offset + length;
        for (int i = offset; i < end; i += 2) {
            double radius = StrictMath.sqrt(-2 * StrictMath.log((Integer.toUnsignedLong(nextInt()) + 0.5) * WORD));
            double angle = 2 * Math.PI * WORD * Integer.toUnsignedLong(nextInt());
            values[i] = (float) (radius * StrictMath.cos(angle));
            if (i + 1 < end) {
                values[i + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
    }

    /**
     * A uniformly random permutation, by the Fisher-Yates shuffle.
     *
     * @param size number of elements
     * @return the integers {@code 0 … size - 1} in random order
     * @throws IllegalArgumentException when {@code size} is negative
     */
    public int[] permutation(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("size is " + size + ", must be at least 0");
        }
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int other = nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    private long scaled(int bound) {
        return Integer.toUnsignedLong(nextInt()) * bound;
    }

    private void refill() {
        if (nextBlock == -1) {
            throw new IllegalStateException("a stream of 2^34 - 4 words is used up");
        }
        block[0] = nextBlock++;
        block[1] = counter1;
        block[2] = counter2;
        block[3] = counter3;
        Philox.encrypt(block, key0, key1);
        nextWord = 0;
    }
}
