package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTensorsTest {

    @Test
    void keepsOrderShapesAndValues() {
        try (MemoryTensors tensors =
                new MemoryTensors("memory").put("b", Shape.of(2), floats(1, 2)).put("a", Shape.of(), floats(3))) {
            assertThat(tensors.names()).containsExactly("b", "a");
            assertThat(tensors.shapes()).containsEntry("a", Shape.of()).containsEntry("b", Shape.of(2));
            assertThat(tensors.description("b")).hasToString("b (2) F32");
            assertThat(tensors.floats("b")).containsExactly(1, 2);
            assertThat(tensors.floats("b")).as("read twice").containsExactly(1, 2);
        }
    }

    @Test
    void handsOutChunksOfLimitedSize() {
        float[] values = new float[NamedTensors.CHUNK_ELEMENTS * 2 + 1];
        values[values.length - 1] = 5;
        List<Integer> sizes = new ArrayList<>();
        try (MemoryTensors tensors =
                new MemoryTensors("memory").put("x", Shape.of(values.length), FloatBuffer.wrap(values))) {
            tensors.read("x", chunk -> sizes.add(chunk.remaining()));

            assertThat(sizes).containsExactly(NamedTensors.CHUNK_ELEMENTS, NamedTensors.CHUNK_ELEMENTS, 1);
            assertThat(tensors.floats("x")).isEqualTo(values);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (MemoryTensors tensors = new MemoryTensors("memory").put("a", Shape.of(2), floats(1, 2))) {
            assertThatThrownBy(() -> tensors.put("a", Shape.of(1), floats(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("name a is given twice, must be unique");
            assertThatThrownBy(() -> tensors.put("b", Shape.of(2, 2), floats(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("b has 1 values, its shape (2, 2) needs 4");
            assertThatThrownBy(() -> tensors.floats("c"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("memory has no tensor named c");
            assertThatThrownBy(() -> tensors.copy("a", FloatBuffer.allocate(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("target has room for 1 values, a has 2");
        }
    }

    private static FloatBuffer floats(float... values) {
        return FloatBuffer.wrap(values);
    }
}
