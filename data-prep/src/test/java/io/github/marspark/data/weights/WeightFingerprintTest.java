package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFingerprintTest {

    @Test
    void isTheHashOfNamesShapesAndValuesAsDocumented() {
        // sha256 of: 1, "a", 2, 1L, 2L, 1f, -2f as little-endian bytes, computed with coreutils' sha256sum
        assertThat(fingerprint("a", Shape.of(1, 2), 1, -2))
                .isEqualTo("eb8204fd90fae44f04964e4f633212f53ced9d43f137d0bdff0fa50bf6db8a06");
    }

    @Test
    void doesNotDependOnTheOrderOfTheTensors() {
        try (MemoryTensors one = new MemoryTensors("one");
                MemoryTensors other = new MemoryTensors("other")) {
            one.put("a", Shape.of(1), FloatBuffer.wrap(new float[] {1}));
            one.put("b", Shape.of(1), FloatBuffer.wrap(new float[] {2}));
            other.put("b", Shape.of(1), FloatBuffer.wrap(new float[] {2}));
            other.put("a", Shape.of(1), FloatBuffer.wrap(new float[] {1}));

            assertThat(WeightFingerprint.of(one)).isEqualTo(WeightFingerprint.of(other));
        }
    }

    @Test
    void changesWithNameShapeAndEveryBit() {
        String fingerprint = fingerprint("a", Shape.of(1, 2), 0, 2);

        assertThat(fingerprint("b", Shape.of(1, 2), 0, 2)).isNotEqualTo(fingerprint);
        assertThat(fingerprint("a", Shape.of(2, 1), 0, 2)).isNotEqualTo(fingerprint);
        assertThat(fingerprint("a", Shape.of(1, 2), -0f, 2)).isNotEqualTo(fingerprint);
        assertThat(fingerprint("a", Shape.of(1, 2), 0, Math.nextUp(2f))).isNotEqualTo(fingerprint);
    }

    @Test
    void isTheSameForMemoryFileAndCheckpoint(@TempDir Path folder) {
        try (MemoryTensors memory = new MemoryTensors("memory")) {
            memory.put("w", Shape.of(2, 2), FloatBuffer.wrap(new float[] {1, 2, 3, 4}));
            SafeTensors.write(folder.resolve("w.safetensors"), memory, Map.of("any", "text"));
            byte[] pickle = new PickleWriter()
                    .emptyDict()
                    .text("w")
                    .tensor("0", 2, 2)
                    .op('s')
                    .stop();
            TorchFileWriter.of(pickle).floats("0", 1, 2, 3, 4).write(folder.resolve("w.pt"));

            assertThat(fingerprint(folder.resolve("w.safetensors"))).isEqualTo(WeightFingerprint.of(memory));
            assertThat(fingerprint(folder.resolve("w.pt"))).isEqualTo(WeightFingerprint.of(memory));
        }
    }

    private static String fingerprint(Path file) {
        try (NamedTensors tensors = WeightFile.open(file)) {
            return WeightFingerprint.of(tensors);
        }
    }

    private static String fingerprint(String name, Shape shape, float... values) {
        try (MemoryTensors tensors = new MemoryTensors("memory").put(name, shape, FloatBuffer.wrap(values))) {
            return WeightFingerprint.of(tensors);
        }
    }
}
