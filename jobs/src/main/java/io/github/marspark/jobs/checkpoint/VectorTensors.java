package io.github.marspark.jobs.checkpoint;

import io.github.marspark.data.weights.ElementType;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.Shape;
import io.github.marspark.data.weights.TensorDescription;
import io.github.marspark.jobs.exchange.FlatVector;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Parts of flat vectors as tensors of one dimension; shares their memory. */
public final class VectorTensors implements NamedTensors {
    /**
     * A part of a vector.
     *
     * @param vector the whole
     * @param from first index
     * @param length how many values
     */
    public record Part(FlatVector vector, long from, long length) {
        /**
         * A whole vector.
         *
         * @param vector to be seen as a part
         * @return all of it
         */
        public static Part all(FlatVector vector) {
            return new Part(vector, 0, vector.size());
        }
    }

    private final Map<CheckpointTensor, Part> parts;

    /**
     * The vectors of a shard.
     *
     * @param parts of equal length
     */
    public VectorTensors(Map<CheckpointTensor, Part> parts) {
        this.parts = new TreeMap<>(parts);
    }

    @Override
    public String source() {
        return "memory";
    }

    @Override
    public List<String> names() {
        return parts.keySet().stream().map(CheckpointTensor::key).toList();
    }

    private Part part(String name) {
        return parts.entrySet().stream()
                .filter(entry -> entry.getKey().key().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no vector " + name));
    }

    @Override
    public TensorDescription description(String name) {
        return new TensorDescription(name, ElementType.F32, Shape.of(part(name).length()));
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        Part part = part(name);
        for (long done = 0; done < part.length(); done += CHUNK_ELEMENTS) {
            int length = (int) Math.min(CHUNK_ELEMENTS, part.length() - done);
            chunks.accept(part.vector().part(part.from() + done, length));
        }
    }

    @Override
    public void close() {
        // nothing is open
    }
}
