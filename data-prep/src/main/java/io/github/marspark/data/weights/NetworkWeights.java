package io.github.marspark.data.weights;

import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.Matrix;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network's flat vector of parameters, or of their moving averages, seen as named tensors; {@link #read} makes one.
 *
 * <p>The vector is not copied: what is read is what it holds at that moment. Safe for threads that only read.
 */
public final class NetworkWeights implements NamedTensors {

    private final String source;
    private final ParameterLayout layout;
    private final INDArray values;

    /**
     * Sees a vector through a layout.
     *
     * @param source what to call it in messages
     * @param layout names, shapes and places
     * @param values all values, in c order without gaps, {@code (layout.size())}, float32
     * @throws IllegalArgumentException if the vector's length is not the layout's
     */
    public NetworkWeights(String source, ParameterLayout layout, INDArray values) {
        requireLength(layout, values);
        this.source = source;
        this.layout = layout;
        this.values = values;
    }

    /**
     * A vector of tensors that have exactly the layout's names and shapes, which is checked before anything is allocated.
     *
     * @param tensors where the values come from
     * @param layout names, shapes and places
     * @return all values, {@code (layout.size())}, float32
     * @throws IllegalArgumentException if a name or shape differs, with all such names
     * @throws WeightFileException if a file cannot be read
     */
    public static INDArray read(NamedTensors tensors, ParameterLayout layout) {
        WeightDifferences.between(shapesOf(layout), tensors.shapes()).requireNone(tensors.source());
        INDArray values = Nd4j.createUninitialized(DataType.FLOAT, layout.size());
        for (ParameterSpec spec : layout.specs()) {
            matrix(layout, values, spec).assign(tensors.floats(spec.name()));
        }
        return values;
    }

    /**
     * The shapes that a layout needs, by name.
     *
     * @param layout names, shapes and places
     * @return a new map in the layout's order
     */
    public static Map<String, Shape> shapesOf(ParameterLayout layout) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        layout.specs().forEach(spec -> shapes.put(spec.name(), shape(spec)));
        return shapes;
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public List<String> names() {
        return layout.specs().stream().map(ParameterSpec::name).toList();
    }

    @Override
    public TensorDescription description(String name) {
        return new TensorDescription(name, ElementType.F32, shape(spec(name)));
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        float[] tensor = matrix(layout, values, spec(name)).toFloats();
        for (int from = 0; from < tensor.length; from += CHUNK_ELEMENTS) {
            chunks.accept(FloatBuffer.wrap(tensor, from, Math.min(CHUNK_ELEMENTS, tensor.length - from)));
        }
    }

    @Override
    public void close() {
        // nothing is open
    }

    private ParameterSpec spec(String name) {
        return layout.specs().get(layout.index(name));
    }

    private static Shape shape(ParameterSpec spec) {
        return Shape.of(Arrays.stream(spec.shape()).asLongStream().toArray());
    }

    private static Matrix matrix(ParameterLayout layout, INDArray values, ParameterSpec spec) {
        return Matrix.part(values, layout.offset(layout.index(spec.name())), 1, spec.size());
    }

    private static void requireLength(ParameterLayout layout, INDArray values) {
        if (values.length() != layout.size()) {
            throw new IllegalArgumentException(
                    "values has " + values.length() + " elements, the layout needs " + layout.size());
        }
    }
}
