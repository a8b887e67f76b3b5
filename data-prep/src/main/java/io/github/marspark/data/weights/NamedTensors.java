package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A read view of tensors by name: of a safetensors file, a state dict in a PyTorch checkpoint, or memory.
 *
 * <p>Values are read when asked for, a chunk at a time, so that a file may be larger than the heap. Reading does not
 * change the view; views of files may be read from several threads.
 */
public interface NamedTensors extends AutoCloseable {

    /** Most values that {@link #read} hands on at once. */
    int CHUNK_ELEMENTS = 1 << 16;

    /**
     * What to call these tensors in a message.
     *
     * @return the file's path, with the state dict's key if it has one
     */
    String source();

    /**
     * The names in their order.
     *
     * @return an unmodifiable list without repetition
     */
    List<String> names();

    /**
     * Type and shape of a tensor.
     *
     * @param name one of {@link #names}
     * @return its description
     * @throws IllegalArgumentException if there is no tensor of that name
     */
    TensorDescription description(String name);

    /**
     * Hands on a tensor's values as float32 in row-major order, at most {@link #CHUNK_ELEMENTS} at once.
     *
     * @param name one of {@link #names}
     * @param chunks takes the values between position and limit; the buffer is valid only during the call
     * @throws IllegalArgumentException if there is no tensor of that name
     * @throws WeightFileException if the file cannot be read
     */
    void read(String name, Consumer<FloatBuffer> chunks);

    /** Closes the file beneath; memory stays as it is. */
    @Override
    void close();

    /**
     * Copies a tensor's values as float32 in row-major order.
     *
     * @param name one of {@link #names}
     * @param target buffer on or off the heap, written from its position on, which moves behind the last value
     * @throws IllegalArgumentException if there is no tensor of that name or the buffer has too little room
     * @throws WeightFileException if the file cannot be read
     */
    default void copy(String name, FloatBuffer target) {
        long elements = description(name).shape().elements();
        if (target.remaining() < elements) {
            throw new IllegalArgumentException(
                    "target has room for " + target.remaining() + " values, " + name + " has " + elements);
        }
        read(name, target::put);
    }

    /**
     * A tensor's values as float32 in row-major order.
     *
     * @param name one of {@link #names}
     * @return a new array
     * @throws IllegalArgumentException if there is no tensor of that name or it is too large for an array
     * @throws WeightFileException if the file cannot be read
     */
    default float[] floats(String name) {
        long elements = description(name).shape().elements();
        if (elements > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException(name + " has " + elements + " values, too many for one array");
        }
        float[] values = new float[(int) elements];
        copy(name, FloatBuffer.wrap(values));
        return values;
    }

    /**
     * Shapes by name in the order of the names.
     *
     * @return a new map
     */
    default Map<String, Shape> shapes() {
        return names().stream()
                .collect(Collectors.toMap(
                        name -> name, name -> description(name).shape(), (a, b) -> b, LinkedHashMap::new));
    }

    /**
     * What a person should know about the file besides its tensors.
     *
     * @return clauses such as {@code it has no checksums}; mostly none
     */
    default List<String> remarks() {
        return List.of();
    }
}
