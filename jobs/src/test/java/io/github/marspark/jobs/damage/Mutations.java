package io.github.marspark.jobs.damage;

import java.util.Arrays;
import java.util.Random;

/**
 * What disks, copies and people do to a file: single bits, bytes, blocks of zeros, pieces that are missing, twice there or of
 * another file, ends that are cut off or added. The same ones every time.
 */
public final class Mutations {
    private static final long SEED = 20;
    private static final int BLOCK = 512;
    private static final int KINDS = 8;

    private final Random random = new Random(SEED);

    /**
     * Alters a file in one place.
     *
     * @param whole the file's bytes
     * @param number which kind, in turns
     * @return other bytes than before
     */
    public byte[] of(byte[] whole, int number) {
        byte[] altered;
        do {
            altered = altered(whole, number % KINDS);
        } while (Arrays.equals(altered, whole));
        return altered;
    }

    private byte[] altered(byte[] whole, int kind) {
        byte[] bytes = whole.clone();
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(BLOCK));
        switch (kind) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> Arrays.fill(bytes, at, end, (byte) 0);
            case 3 -> bytes = Arrays.copyOf(bytes, at);
            case 4 -> bytes = joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length));
            case 5 -> bytes = joined(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length));
            case 6 -> bytes = joined(bytes, Arrays.copyOfRange(bytes, at, end));
            default -> bytes[random.nextInt(Math.min(bytes.length, 2 * BLOCK))] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static byte[] joined(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
