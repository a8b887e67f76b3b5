package io.github.marspark.jobs.encode;

import java.util.Arrays;
import java.util.Random;

/** What disks, networks and people do to files; a function of a number. */
final class Mutation {
    private static final int BLOCK = 512;

    private Mutation() {}

    /** Another file than the given one: cut, with blocks of zeros or of its own bytes, or with altered bits. */
    static byte[] of(byte[] whole, int number) {
        Random random = new Random(number);
        byte[] mutated = whole.clone();
        while (Arrays.equals(mutated, whole)) {
            mutated = switch (number % 6) {
                case 0 -> Arrays.copyOf(whole, random.nextInt(whole.length));
                case 1 -> zeroed(mutated, random, BLOCK * random.nextInt(whole.length / BLOCK + 1), BLOCK);
                case 2 -> zeroed(mutated, random, random.nextInt(whole.length), 1 + random.nextInt(4 * BLOCK));
                case 3 -> moved(mutated, random);
                case 4 -> flipped(mutated, random, 1);
                default -> flipped(mutated, random, 2 + random.nextInt(30));
            };
        }
        return mutated;
    }

    private static byte[] zeroed(byte[] bytes, Random random, int from, int count) {
        Arrays.fill(bytes, Math.min(from, bytes.length), Math.min(bytes.length, from + count), (byte) 0);
        return random.nextInt(8) == 0 ? flipped(bytes, random, 1) : bytes;
    }

    private static byte[] moved(byte[] bytes, Random random) {
        int count = 1 + random.nextInt(Math.min(BLOCK, bytes.length));
        int from = random.nextInt(bytes.length - count + 1);
        int to = random.nextInt(bytes.length - count + 1);
        System.arraycopy(bytes.clone(), from, bytes, to, count);
        return bytes;
    }

    private static byte[] flipped(byte[] bytes, Random random, int bits) {
        for (int bit = 0; bit < bits; bit++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }
}
