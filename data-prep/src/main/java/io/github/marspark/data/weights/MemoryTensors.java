package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tensors in memory, on or off the heap, as a view that can be written to a file, compared or fingerprinted.
 *
 * <p>Holds the given buffers without copying them. Not thread-safe while tensors are being added.
 */
public final class MemoryTensors implements NamedTensors {

    private record Tensor(TensorDescription description, FloatBuffer values) {}

    private final String source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /**
     * A view without tensors.
     *
     * @param source what to call it in messages
     */
    public MemoryTensors(String source) {
        this.source = source;
    }

    /**
     * Adds a tensor behind the others.
     *
     * @param name a name not used before
     * @param shape sizes
     * @param values float32 in row-major order between position and limit; kept, not copied
     * @return this
     * @throws IllegalArgumentException if the name is taken or the number of values does not fit the shape
     */
    public MemoryTensors put(String name, Shape shape, FloatBuffer values) {
        if (tensors.containsKey(name)) {
            throw new IllegalArgumentException("name " + name + " is given twice, must be unique");
        }
        if (values.remaining() != shape.elements()) {
            throw new IllegalArgumentException(
                    name + " has " + values.remaining() + " values, its shape " + shape + " needs " + shape.elements());
        }
        tensors.put(name, new Tensor(new TensorDescription(name, ElementType.F32, shape), values.slice()));
        return this;
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public TensorDescription description(String name) {
        return tensor(name).description();
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        FloatBuffer values = tensor(name).values();
        for (int from = 0; from < values.limit(); from += CHUNK_ELEMENTS) {
            chunks.accept(values.slice(from, Math.min(CHUNK_ELEMENTS, values.limit() - from)));
        }
    }

    @Override
    public void close() {
        // nothing is open
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(source + " has no tensor named " + name);
        }
        return tensor;
    }
}
