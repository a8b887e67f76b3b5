package io.github.marspark.model.random;

/**
 * Philox 4x32 with ten rounds: a bijection of 128-bit counters keyed by 64 bits, whose values pass as random.
 *
 * @see <a href="https://doi.org/10.1145/2063384.2063405">Salmon et al., Parallel random numbers: as easy as 1, 2, 3</a>
 */
final class Philox {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private Philox() {}

    /** Replaces the four words of the counter by the four words that it stands for under the key. */
    static void encrypt(int[] counter, int key0, int key1) {
        for (int round = 0; round < ROUNDS; round++) {
            round(counter, key0 + round * WEYL_0, key1 + round * WEYL_1);
        }
    }

    private static void round(int[] counter, int key0, int key1) {
        long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(counter[0]);
        long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(counter[2]);
        counter[0] = (int) (product1 >>> 32) ^ counter[1] ^ key0;
        counter[1] = (int) product1;
        counter[2] = (int) (product0 >>> 32) ^ counter[3] ^ key1;
        counter[3] = (int) product0;
    }
}
