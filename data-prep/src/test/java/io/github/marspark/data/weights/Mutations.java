package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/** Damages files at random and checks that reading them ends well or with a sentence, never with another failure. */
final class Mutations {

    private Mutations() {}

    /** Changes one to four bytes, and cuts the end off every eighth time. */
    static byte[] of(byte[] good, Random random) {
        int length = random.nextInt(8) == 0 ? random.nextInt(good.length) + 1 : good.length;
        byte[] bytes = Arrays.copyOf(good, length);
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /** One of what disks and networks do: a bit turned, some bytes changed, the end cut off, a block of zeros, a block lost. */
    static byte[] ofAnyKind(byte[] good, Random random) {
        int at = random.nextInt(good.length);
        return switch (random.nextInt(5)) {
            case 0 -> turned(good, at, random.nextInt(Byte.SIZE));
            case 1 -> of(good, random);
            case 2 -> Arrays.copyOf(good, at);
            case 3 -> zeroed(good, at, 1 + random.nextInt(512));
            default -> without(good, at, 1 + random.nextInt(64));
        };
    }

    private static byte[] turned(byte[] good, int at, int bit) {
        byte[] bytes = good.clone();
        bytes[at] ^= (byte) (1 << bit);
        return bytes;
    }

    private static byte[] zeroed(byte[] good, int at, int length) {
        byte[] bytes = good.clone();
        Arrays.fill(bytes, at, Math.min(bytes.length, at + length), (byte) 0);
        return bytes;
    }

    private static byte[] without(byte[] good, int at, int length) {
        int to = Math.min(good.length, at + length);
        byte[] bytes = Arrays.copyOf(good, good.length - (to - at));
        System.arraycopy(good, to, bytes, at, good.length - to);
        return bytes;
    }

    static void assertReadOrRefused(Path file, Function<Path, NamedTensors> open) {
        try (NamedTensors tensors = open.apply(file)) {
            tensors.names().forEach(tensors::floats);
        } catch (WeightFileException e) {
            assertThat(e).hasMessageStartingWith(file + ": ");
            assertThat(e.getMessage()).doesNotContain("(null)", ": null", "Index ");
        }
    }
}
