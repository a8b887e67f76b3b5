package io.github.marspark.model.tensor;

import io.github.marspark.model.fixtures.Closeness;
import java.nio.DoubleBuffer;
import java.util.IdentityHashMap;
import org.bytedeco.javacpp.DoublePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads and writes the values of matrices in host memory, whose addresses it looks up once. Matrices of float32 are taken
 * for constants. Not thread-safe.
 */
final class HostValues {
    private final IdentityHashMap<INDArray, DoubleBuffer> buffers = new IdentityHashMap<>();
    private final IdentityHashMap<Matrix, Doubles> constants = new IdentityHashMap<>();

    /** The values of a matrix: of float32 as they were at the first time, of float64 as they are. */
    Doubles read(Matrix matrix) {
        return matrix.type() == DataType.DOUBLE
                ? new Doubles(matrix.rows(), matrix.columns(), doubles(matrix))
                : constants.computeIfAbsent(matrix, HostValues::widened);
    }

    private double[] doubles(Matrix matrix) {
        double[] values = new double[Math.toIntExact(matrix.size())];
        if (matrix.isContiguous()) {
            return read(matrix, 0, values, 0, values.length);
        }
        for (int row = 0; row < matrix.rows(); row++) {
            read(matrix, row, values, row * matrix.columns(), matrix.columns());
        }
        return values;
    }

    private double[] read(Matrix matrix, int row, double[] values, int at, int length) {
        buffer(matrix).get(start(matrix, row), values, at, length);
        return values;
    }

    private static Doubles widened(Matrix matrix) {
        return new Doubles(matrix.rows(), matrix.columns(), Closeness.widen(matrix.toFloats()));
    }

    /** Sets the values of a matrix of float64. */
    void write(double[] values, Matrix matrix) {
        if (matrix.type() != DataType.DOUBLE) {
            throw new IllegalArgumentException("a matrix of " + matrix.type() + " cannot hold exact values");
        }
        for (int row = 0; row < matrix.rows(); row++) {
            buffer(matrix).put(start(matrix, row), values, row * matrix.columns(), matrix.columns());
        }
    }

    private static int start(Matrix matrix, int row) {
        return Math.toIntExact(matrix.offset() + row * matrix.stride());
    }

    private DoubleBuffer buffer(Matrix matrix) {
        return buffers.computeIfAbsent(matrix.memory(), HostValues::buffer);
    }

    private static DoubleBuffer buffer(INDArray memory) {
        DoublePointer start = new DoublePointer(memory.data().addressPointer());
        start.capacity(start.position() + memory.length());
        start.limit(start.position() + memory.length());
        return start.asBuffer();
    }
}
