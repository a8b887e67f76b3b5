package io.github.marspark.data.image;

import java.util.Arrays;
import java.util.Random;

/** A way to damage a file, each time at places that a random generator chooses. */
enum Mutation {
    FLIPPED_BITS {
        @Override
        byte[] of(byte[] file, Random random) {
            byte[] damaged = file.clone();
            for (int flip = random.nextInt(8); flip >= 0; flip--) {
                damaged[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return damaged;
        }
    },
    FLIPPED_HEADER {
        @Override
        byte[] of(byte[] file, Random random) {
            byte[] damaged = file.clone();
            for (int flip = random.nextInt(3); flip >= 0; flip--) {
                damaged[random.nextInt(Math.min(64, file.length))] ^= (byte) (1 << random.nextInt(8));
            }
            return damaged;
        }
    },
    CUT {
        @Override
        byte[] of(byte[] file, Random random) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
    },
    ZEROED_BLOCK {
        @Override
        byte[] of(byte[] file, Random random) {
            byte[] damaged = file.clone();
            int from = random.nextInt(file.length);
            Arrays.fill(damaged, from, Math.min(file.length, from + 1 + random.nextInt(64)), (byte) 0);
            return damaged;
        }
    },
    LOST_BLOCK {
        @Override
        byte[] of(byte[] file, Random random) {
            int from = random.nextInt(file.length);
            int to = Math.min(file.length, from + 1 + random.nextInt(64));
            byte[] damaged = Arrays.copyOf(file, file.length - to + from);
            System.arraycopy(file, to, damaged, from, file.length - to);
            return damaged;
        }
    },
    /** Two neighbours of two or four bytes, as lengths are, change places. */
    SWAPPED_NUMBERS {
        @Override
        byte[] of(byte[] file, Random random) {
            int width = random.nextBoolean() ? 2 : 4;
            int reach = random.nextBoolean() ? Math.min(128, file.length) : file.length;
            int at = random.nextInt(reach - 2 * width);
            byte[] damaged = file.clone();
            System.arraycopy(file, at + width, damaged, at, width);
            System.arraycopy(file, at, damaged, at + width, width);
            return damaged;
        }
    },
    HUGE_NUMBER {
        @Override
        byte[] of(byte[] file, Random random) {
            byte[] damaged = file.clone();
            int at = random.nextInt(Math.min(128, file.length - 4));
            Arrays.fill(damaged, at, at + (random.nextBoolean() ? 2 : 4), (byte) 0xff);
            return damaged;
        }
    };

    abstract byte[] of(byte[] file, Random random);
}
