package io.github.marspark.model.tensor;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The values of an ND4J array in host memory.
 *
 * @param array in c order without gaps
 */
record ArrayStorage(INDArray array) implements MatrixStorage {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ArrayStorage same && same.array == array;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(array);
    }

    @Override
    public DataType type() {
        return array.dataType();
    }

    @Override
    public long length() {
        return array.length();
    }

    @Override
    public void read(long from, float[] values, int start, int count) {
        buffer(from, count).get(0, values, start, count);
    }

    @Override
    public void write(long from, float[] values, int start, int count) {
        buffer(from, count).put(0, values, start, count);
    }

    private FloatBuffer buffer(long from, int count) {
        FloatPointer start = pointerAt(from);
        return start.capacity(start.position() + count)
                .limit(start.position() + count)
                .asBuffer();
    }

    /** The address of a value; float32 only. */
    FloatPointer pointerAt(long index) {
        FloatPointer start = new FloatPointer(array.data().addressPointer());
        return start.position(start.position() + index);
    }

    /** The address of a value as a number; float32 only. */
    long address(long index) {
        FloatPointer value = pointerAt(index);
        return value.address() + value.position() * Float.BYTES;
    }
}
