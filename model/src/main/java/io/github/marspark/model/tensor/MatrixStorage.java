package io.github.marspark.model.tensor;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vector of numbers that matrices are views of: in host memory, or in that of a GPU. */
public interface MatrixStorage {
    /** The values of an ND4J array in c order without gaps, in host memory. */
    static MatrixStorage of(INDArray array) {
        return new ArrayStorage(array);
    }

    /** The type of the values. */
    DataType type();

    /** Number of values. */
    long length();

    /** Copies {@code count} float32 values from index {@code from} on to the host. */
    void read(long from, float[] values, int start, int count);

    /** Overwrites {@code count} float32 values from index {@code from} on. */
    void write(long from, float[] values, int start, int count);
}
