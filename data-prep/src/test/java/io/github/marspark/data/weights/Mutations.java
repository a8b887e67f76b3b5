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

    static void assertReadOrRefused(Path file, Function<Path, NamedTensors> open) {
        try (NamedTensors tensors = open.apply(file)) {
            tensors.names().forEach(tensors::floats);
        } catch (WeightFileException e) {
            assertThat(e).hasMessageStartingWith(file + ": ");
            assertThat(e.getMessage()).doesNotContain("(null)", ": null", "Index ");
        }
    }
}
