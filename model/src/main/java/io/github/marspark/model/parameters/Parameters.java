package io.github.marspark.model.parameters;

import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.MatrixStorage;
import io.github.marspark.model.tensor.Storages;
import io.github.marspark.model.tensor.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network's learned values and their gradients, each one flat vector seen as named arrays. Not thread-safe. */
public final class Parameters {
    private final ParameterLayout layout;
    private final INDArray values;
    private final INDArray gradients;
    private final MatrixStorage computed;
    private final MatrixStorage differentiated;
    private final List<Variable> variables = new ArrayList<>();

    /**
     * Sees two flat vectors through a layout.
     *
     * @param values all values, in c order without gaps
     * @param gradients of the same length
     * @throws IllegalArgumentException if a length is not the layout's
     */
    public Parameters(ParameterLayout layout, INDArray values, INDArray gradients) {
        this(layout, values, gradients, MatrixStorage.of(values), MatrixStorage.of(gradients));
    }

    private Parameters(
            ParameterLayout layout,
            INDArray values,
            INDArray gradients,
            MatrixStorage computed,
            MatrixStorage differentiated) {
        requireLength("values", values, layout);
        requireLength("gradients", gradients, layout);
        this.layout = layout;
        this.values = values;
        this.gradients = gradients;
        this.computed = computed;
        this.differentiated = differentiated;
        for (int i = 0; i < layout.specs().size(); i++) {
            variables.add(Variable.parameter(matrix(computed, i), matrix(differentiated, i)));
        }
    }

    /**
     * The same parameters where kernels read and write them: the two vectors' own memory on a processor, copies on a GPU,
     * between which {@link #renewValues} and {@link #fetchGradients} bring what changed.
     */
    public Parameters on(Kernels kernels) {
        MatrixStorage copy = kernels.resident(values);
        return new Parameters(
                layout, values, gradients, copy, gradients == values ? copy : kernels.resident(gradients));
    }

    /** The values where the kernels read them. */
    public MatrixStorage residentValues() {
        return computed;
    }

    /** The gradients where the kernels write them. */
    public MatrixStorage residentGradients() {
        return differentiated;
    }

    /** Brings the vector of values to where the kernels read them. */
    public void renewValues() {
        MatrixStorage host = MatrixStorage.of(values);
        if (!computed.equals(host)) {
            Storages.copy(host, computed);
        }
    }

    /** Brings the gradients from where the kernels wrote them to their vector. */
    public void fetchGradients() {
        MatrixStorage host = MatrixStorage.of(gradients);
        if (!differentiated.equals(host)) {
            Storages.copy(differentiated, host);
        }
    }

    /** Float32 parameters in memory of their own, all 0. */
    public static Parameters zeros(ParameterLayout layout) {
        return new Parameters(
                layout, Nd4j.zeros(DataType.FLOAT, layout.size()), Nd4j.zeros(DataType.FLOAT, layout.size()));
    }

    private static void requireLength(String name, INDArray vector, ParameterLayout layout) {
        if (vector.length() != layout.size()) {
            throw new IllegalArgumentException(
                    name + " has " + vector.length() + " values, must have " + layout.size());
        }
    }

    private Matrix matrix(MatrixStorage vector, int i) {
        ParameterSpec spec = layout.specs().get(i);
        return Matrix.part(vector, layout.offset(i), spec.rows(), spec.size() / spec.rows());
    }

    /** Names, shapes and places. */
    public ParameterLayout layout() {
        return layout;
    }

    /** All values, one flat vector. */
    public INDArray values() {
        return values;
    }

    /** All gradients, one flat vector. */
    public INDArray gradients() {
        return gradients;
    }

    /**
     * A parameter array as a matrix.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Variable variable(String name) {
        return variables.get(layout.index(name));
    }

    /** Gives every array its starting values, each from a stream of its own. */
    public void initialize(Draws draws) {
        Map<Integer, float[]> bySize = new HashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            ParameterSpec spec = layout.specs().get(i);
            float[] start = bySize.computeIfAbsent(spec.size(), float[]::new);
            spec.initialization().fill(start, spec.shape(), draws.initialisation(i));
            variables.get(i).value().assign(start);
        }
    }

    /** Makes the next pass overwrite all gradients. */
    public void forgetGradients() {
        variables.forEach(Variable::forgetGradient);
    }

    /** Sets the gradient of every array that the last pass did not reach to 0. */
    public void zeroMissingGradients(Kernels kernels) {
        for (Variable variable : variables) {
            if (!variable.hasGradient()) {
                kernels.zero(variable.gradient());
            }
        }
    }
}
