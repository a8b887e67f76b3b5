package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.cuda.Launch;
import io.github.marspark.model.tensor.Kernels.Operand;

/** A GPU and its memory for activations, and how matrices and dropout become arguments of its kernels. */
final class CudaOperations {
    /** Blocks of columns whose sums can be counted. */
    static final int COLUMN_BLOCKS = 4096;

    private final Gpu gpu;
    private final Arena arena;
    private final Matrix arrived;

    CudaOperations(Gpu gpu) {
        this.gpu = gpu;
        this.arena = new Arena(length -> DeviceStorage.allocate(gpu, length));
        this.arrived = Matrix.part(DeviceStorage.allocate(gpu, COLUMN_BLOCKS), 0, 1, COLUMN_BLOCKS);
        arrived.assign(new float[COLUMN_BLOCKS]); // the bits of an integer 0
    }

    Gpu gpu() {
        return gpu;
    }

    Arena arena() {
        return arena;
    }

    /** Memory for the time of some work, which later work may use once more: a GPU does one thing after another. */
    Matrix scratch(int rows, int columns) {
        Matrix taken = arena.allocate(rows, columns);
        arena.release(taken);
        return taken;
    }

    long address(Matrix matrix) {
        return DeviceStorage.address(gpu, matrix);
    }

    /** Gives all memory back. */
    void close() {
        gpu.free(address(arrived));
        arena.storages().forEach(slab -> gpu.free(((DeviceStorage) slab).address()));
    }

    /** Counters of the blocks that have come to a sum over blocks; 0 between launches. */
    Matrix arrived() {
        return arrived;
    }

    /** Begins a launch whose first arguments are these matrices. */
    Launch launch(String kernel, Matrix... views) {
        Launch launch = gpu.launch(kernel);
        for (Matrix view : views) {
            view(launch, view);
        }
        return launch;
    }

    Launch view(Launch launch, Matrix matrix) {
        return launch.view(address(matrix), matrix.stride());
    }

    /**
     * Adds what is dropped to a launch's arguments.
     *
     * @param sampleSize what the kernel divides an index by to find the sample
     */
    Launch drop(Launch launch, Dropout dropout, long sampleSize) {
        return dropout.isNone()
                ? launch.drop(0, sampleSize, 0, 1)
                : launch.drop(gpu.put(dropout.keys()), sampleSize, dropout.threshold(), dropout.scale());
    }

    /** The same where it is the values of a matrix that are dropped. */
    Launch drop(Launch launch, Dropout dropout, Matrix of) {
        return drop(launch, dropout, of.size() / Math.max(1, dropout.keys().length));
    }

    /** Ends the arguments with the size of a matrix and starts a thread for each of its values. */
    static void overValues(Launch launch, Matrix size) {
        launch.integers(size.rows(), size.columns()).overValues(size.size());
    }

    /** {@code c = a b + beta c}. */
    void multiply(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta) {
        int inner = readA == Operand.PLAIN ? a.columns() : a.rows();
        gpu.multiply(
                operand(a, readA), operand(b, readB), operand(c, Operand.PLAIN), c.rows(), c.columns(), inner, beta);
    }

    Gpu.Operand operand(Matrix matrix, Operand read) {
        return new Gpu.Operand(address(matrix), matrix.stride(), read == Operand.TRANSPOSED);
    }

    // ---- sums over rows

    /** Rows that one thread adds up, as the source says. */
    static final int SUM_ROWS = 64;

    /** Adds the arguments of a kernel that sums a column of each block of rows, but for the partial sums and what follows. */
    @FunctionalInterface
    interface Sums {
        void arguments(Launch launch);
    }

    /**
     * Sums over rows, by blocks of a fixed number of rows added in order.
     *
     * @param kernel its arguments are {@code sums}', partial sums, a count of blocks, beta, the totals, and {@code counts}
     * @param totals receive a sum each, {@code total + beta total}
     */
    void sum(String kernel, Sums sums, int[] counts, float beta, Matrix... totals) {
        int rows = counts[0];
        int columns = counts[1];
        int blocks = (rows + SUM_ROWS - 1) / SUM_ROWS;
        Matrix partial = scratch(blocks, totals.length * columns);
        int columnBlocks = (columns + Launch.THREADS - 1) / Launch.THREADS;
        if (columnBlocks > arrived.columns()) {
            throw new IllegalArgumentException(
                    "sums of " + columns + " columns, the most are " + arrived.columns() * Launch.THREADS);
        }
        Launch launch = gpu.launch(kernel);
        sums.arguments(launch);
        launch.address(address(partial)).address(address(arrived)).real(beta);
        for (Matrix total : totals) {
            view(launch, total);
        }
        launch.integers(counts).overBlocks(columnBlocks, blocks);
    }
}
