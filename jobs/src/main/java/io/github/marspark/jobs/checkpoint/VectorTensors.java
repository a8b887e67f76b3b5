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

/** Slices of vectors as tensors of one dimension; they are not copied as wholes. */
public final class VectorTensors implements NamedTensors {
    /** A vector whose values can be read part by part. */
    @FunctionalInterface
    public interface Values {
        /**
         * A part of the vector.
         *
         * @param from first index
         * @param length how many
         * @return the values, from the buffer's first on
         */
        FloatBuffer part(long from, int length);
    }

    /**
     * A slice of a vector.
     *
     * @param vector the whole
     * @param from first index
     * @param length how many values
     */
    public record Slice(Values vector, long from, long length) {
        /**
         * A whole vector.
         *
         * @param vector to be seen as a slice
         * @return all of it
         */
        public static Slice all(FlatVector vector) {
            return new Slice(vector::part, 0, vector.size());
        }
    }

    private final Map<CheckpointTensor, Slice> slices;

    /**
     * What a file of a checkpoint holds.
     *
     * @param slices of equal length
     */
    public VectorTensors(Map<CheckpointTensor, Slice> slices) {
        this.slices = new TreeMap<>(slices);
    }

    @Override
    public String source() {
        return "memory";
    }

    @Override
    public List<String> names() {
        return slices.keySet().stream().map(CheckpointTensor::key).toList();
    }

    private Slice slice(String name) {
        return slices.entrySet().stream()
                .filter(entry -> entry.getKey().key().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no vector " + name));
    }

    @Override
    public TensorDescription description(String name) {
        return new TensorDescription(name, ElementType.F32, Shape.of(slice(name).length()));
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        Slice slice = slice(name);
        for (long done = 0; done < slice.length(); done += CHUNK_ELEMENTS) {
            int length = (int) Math.min(CHUNK_ELEMENTS, slice.length() - done);
            chunks.accept(slice.vector().part(slice.from() + done, length));
        }
    }

    @Override
    public void close() {
        // nothing is open
    }
}
