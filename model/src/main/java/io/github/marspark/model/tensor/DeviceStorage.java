package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Gpu;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Values of float32 in the memory of a GPU.
 *
 * @param gpu whose memory it is
 * @param address of the first value
 * @param length number of values
 */
record DeviceStorage(Gpu gpu, long address, long length) implements MatrixStorage {
    /** Takes memory of its own, given back with the GPU. */
    static DeviceStorage allocate(Gpu gpu, long length) {
        return new DeviceStorage(gpu, gpu.allocate(length * Float.BYTES), length);
    }

    @Override
    public DataType type() {
        return DataType.FLOAT;
    }

    @Override
    public void read(long from, float[] values, int start, int count) {
        gpu.read(address + from * Float.BYTES, values, start, count);
    }

    @Override
    public void write(long from, float[] values, int start, int count) {
        gpu.write(values, start, count, address + from * Float.BYTES);
    }

    /**
     * The address of a matrix's first value.
     *
     * @throws IllegalArgumentException if it does not lie in the memory of the GPU
     */
    static long address(Gpu gpu, Matrix matrix) {
        if (matrix.storage() instanceof DeviceStorage held && held.gpu == gpu) {
            return held.address + matrix.offset() * Float.BYTES;
        }
        throw new IllegalArgumentException(
                "a matrix " + matrix + " does not lie in the memory of " + gpu + ", which is to compute with it");
    }

    @Override
    public String toString() {
        return gpu.toString();
    }
}
