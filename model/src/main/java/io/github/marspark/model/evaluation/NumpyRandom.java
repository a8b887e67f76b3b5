package io.github.marspark.model.evaluation;

/**
 * The permutations of NumPy's {@code RandomState}, by which published numbers divide images into splits and subsets.
 * Holds a position, so not thread-safe.
 *
 * @see <a href="https://doi.org/10.1145/272991.272995">Matsumoto and Nishimura 1998, the Mersenne Twister MT19937</a>
 */
public final class NumpyRandom {
    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final int UPPER_BIT = 0x80000000;
    private static final int LOWER_BITS = 0x7fffffff;

    private final int[] state = new int[SIZE];
    private int next = SIZE;

    /**
     * The generator of a seed.
     *
     * @param seed in {@code 0 … 2^32 - 1}
     * @throws IllegalArgumentException if the seed is out of range
     */
    public NumpyRandom(long seed) {
        if (seed >>> Integer.SIZE != 0) {
            throw new IllegalArgumentException("seed is " + seed + ", must be in 0 … " + ((1L << Integer.SIZE) - 1));
        }
        state[0] = (int) seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /**
     * The next permutation.
     *
     * @param size number of elements, at least 0
     * @return the integers {@code 0 … size - 1} in random order
     */
    public int[] permutation(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        for (int i = size - 1; i > 0; i--) {
            int other = atMost(i);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return order;
    }

    /** A uniform number in {@code 0 … most}: words cut to as many bits as it has, until one is in the range. */
    private int atMost(int most) {
        int mask = -1 >>> Integer.numberOfLeadingZeros(most);
        int value = nextInt() & mask;
        while (value > most) {
            value = nextInt() & mask;
        }
        return value;
    }

    private int nextInt() {
        if (next == SIZE) {
            refill();
        }
        int word = state[next++];
        word ^= word >>> 11;
        word ^= (word << 7) & 0x9d2c5680;
        word ^= (word << 15) & 0xefc60000;
        return word ^ (word >>> 18);
    }

    private void refill() {
        for (int i = 0; i < SIZE; i++) {
            int word = (state[i] & UPPER_BIT) | (state[(i + 1) % SIZE] & LOWER_BITS);
            state[i] = state[(i + SHIFT) % SIZE] ^ (word >>> 1) ^ ((word & 1) == 0 ? 0 : 0x9908b0df);
        }
        next = 0;
    }
}
