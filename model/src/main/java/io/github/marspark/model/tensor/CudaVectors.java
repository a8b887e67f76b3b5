package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.cuda.Launch;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Vectors of parameters and of what belongs to them in the memory of a GPU, what a step does with them, and copies between
 * them and vectors of the host. A part of a vector is a matrix of one row.
 */
public final class CudaVectors {
    /** Blocks that share a sum, and values of each of their threads at least; both by the length alone. */
    private static final int MOST_BLOCKS = 1024;

    private static final int VALUES_A_THREAD = 16;

    private final CudaOperations operations;
    private final Gpu gpu;
    private final List<DeviceStorage> owned = new ArrayList<>();
    private final List<ArrayStorage> pinned = new ArrayList<>();

    CudaVectors(CudaOperations operations) {
        this.operations = operations;
        this.gpu = operations.gpu();
    }

    /** A vector, all 0, that lives as long as the kernels. */
    public MatrixStorage zeros(long length) {
        DeviceStorage vector = DeviceStorage.allocate(gpu, length);
        owned.add(vector);
        fill(vector);
        return vector;
    }

    private void fill(DeviceStorage vector) {
        gpu.launch("fill")
                .view(vector.address(), vector.length())
                .real(0)
                .integers(1, Math.toIntExact(vector.length()))
                .overValues(vector.length());
    }

    /** Overwrites a vector by a part as long. */
    public void copy(Matrix part, MatrixStorage vector) {
        Matrix to = Matrix.part(vector, 0, 1, part.columns());
        CudaOperations.overValues(operations.launch("copy", part, to).real(0), to);
    }

    // ---- sums of squares

    /** Places for sums, numbers of float64. */
    public MatrixStorage sums(int count) {
        return zeros(2L * count);
    }

    /** Sums up the squares of a part into one of the places for sums. */
    public void sumSquares(Matrix part, MatrixStorage sums, int place) {
        int count = part.columns();
        int blocks = Math.max(1, Math.min(MOST_BLOCKS, count / (Launch.THREADS * VALUES_A_THREAD)));
        gpu.launch("sumSquares")
                .address(operations.address(part))
                .address(operations.address(operations.scratch(blocks, 2)))
                .address(operations.address(operations.arrived()))
                .address(address(sums, place))
                .integers(count)
                .overBlocks(1, blocks);
    }

    /** Reads all places for sums, after all that was asked before. */
    public double[] read(MatrixStorage sums) {
        return gpu.readDoubles(address(sums, 0), Math.toIntExact(sums.length() / 2));
    }

    /** Reads one of them. */
    double read(MatrixStorage sums, int place) {
        return gpu.readDoubles(address(sums, place), 1)[0];
    }

    long address(MatrixStorage sums, int place) {
        return ((DeviceStorage) sums).address() + (long) place * Double.BYTES;
    }

    // ---- AdamW

    /**
     * A step of AdamW with the moving average.
     *
     * @param vectors parts of parameters, gradient, both moments and average, of equal length
     * @param factors the step's constants, in the order of the kernel's structure
     * @param changes indices at which weight decay begins or ends, ascending; it begins at the first
     * @param offset what the changes call the parts' first value
     */
    public void adamW(List<Matrix> vectors, float[] factors, int[] changes, int offset) {
        Launch launch = gpu.launch("adamW");
        vectors.forEach(part -> launch.address(operations.address(part)));
        launch.realStructure(factors).address(gpu.put(changes)).integers(changes.length, offset);
        CudaOperations.overValues(launch, vectors.get(0));
    }

    /** Exchanges the values of two parts. */
    public void swap(Matrix x, Matrix y) {
        CudaOperations.overValues(operations.launch("swap", x, y), x);
    }

    // ---- the host

    /** Pins a vector of the host for copies from and to it, until the kernels are closed. */
    public void pin(INDArray vector) {
        ArrayStorage memory = new ArrayStorage(vector);
        gpu.pin(memory.address(0), memory.length() * Float.BYTES);
        pinned.add(memory);
    }

    /** Brings a part to the same place of a vector of the host, after all that was asked before. */
    public void fetch(Matrix part, INDArray host) {
        gpu.download(
                operations.address(part), new ArrayStorage(host).address(part.offset()), part.size() * Float.BYTES);
        gpu.synchronize();
    }

    /** Waits for all that was asked. */
    public void await() {
        gpu.synchronize();
    }

    /** Asks for a part to be overwritten by the same place of a vector of the host, which must stay until it is. */
    public void renew(INDArray host, Matrix part) {
        gpu.upload(new ArrayStorage(host).address(part.offset()), operations.address(part), part.size() * Float.BYTES);
    }

    void close() {
        gpu.synchronize();
        pinned.forEach(memory -> gpu.unpin(memory.address(0)));
        pinned.clear();
        owned.forEach(vector -> gpu.free(vector.address()));
        owned.clear();
    }
}
