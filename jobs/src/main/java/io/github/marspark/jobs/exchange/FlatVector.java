package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A vector of float32 numbers in host memory, longer than a buffer can be, seen through buffers over parts of it. */
public final class FlatVector {
    private final INDArray array;

    private FlatVector(INDArray array) {
        this.array = array;
    }

    /**
     * Sees an array as a vector; they share memory.
     *
     * @param array float32, in c order without gaps
     * @return the vector
     * @throws IllegalArgumentException if the array is of another type or has gaps
     */
    public static FlatVector of(INDArray array) {
        if (array.dataType() != DataType.FLOAT || (array.length() > 1 && array.elementWiseStride() != 1)) {
            throw new IllegalArgumentException("array is %s with element stride %d, must be FLOAT without gaps"
                    .formatted(array.dataType(), array.elementWiseStride()));
        }
        return new FlatVector(array);
    }

    /**
     * A vector of its own memory, all 0.
     *
     * @param size number of values, at least 1
     * @return the vector
     */
    public static FlatVector zeros(long size) {
        return of(Nd4j.zeros(DataType.FLOAT, size));
    }

    /**
     * The number of values.
     *
     * @return P
     */
    public long size() {
        return array.length();
    }

    /**
     * The array that it shows.
     *
     * @return shared, not copied
     */
    public INDArray array() {
        return array;
    }

    /**
     * A part of the vector; shares its memory.
     *
     * @param from first index
     * @param length how many, short enough for a buffer
     * @return values from index 0 of the buffer on
     * @throws IndexOutOfBoundsException if the part is not within the vector
     */
    public FloatBuffer part(long from, int length) {
        Objects.checkFromIndexSize(from, length, size());
        return start(from, length).asBuffer().slice();
    }

    /**
     * A part of the vector as bytes in the order of this processor; shares its memory, and does not keep it alive.
     *
     * @param from first index
     * @param length how many values
     * @return 4 bytes a value
     * @throws IndexOutOfBoundsException if the part is not within the vector
     */
    public ByteBuffer bytes(long from, int length) {
        Objects.checkFromIndexSize(from, length, size());
        return start(from, length).asByteBuffer().slice().order(ByteOrder.nativeOrder());
    }

    private FloatPointer start(long from, int length) {
        FloatPointer start = new FloatPointer(array.data().addressPointer());
        long position = start.position() + from;
        return start.position(position).capacity(position + length).limit(position + length);
    }
}
