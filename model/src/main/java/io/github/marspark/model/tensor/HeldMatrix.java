package io.github.marspark.model.tensor;

/** A matrix that several variables may hold; its memory goes back to the kernels when the last holder is done with it. */
final class HeldMatrix {
    private final Kernels kernels;
    private final Matrix matrix;
    private int holders = 1;

    private HeldMatrix(Kernels kernels, Matrix matrix) {
        this.kernels = kernels;
        this.matrix = matrix;
    }

    static HeldMatrix allocate(Kernels kernels, int rows, int columns) {
        return new HeldMatrix(kernels, kernels.allocate(rows, columns));
    }

    /** Holds memory that the kernels gave. */
    static HeldMatrix of(Kernels kernels, Matrix allocated) {
        return new HeldMatrix(kernels, allocated);
    }

    static HeldMatrix allocate(Kernels kernels, float[] values, int rows) {
        return new HeldMatrix(kernels, kernels.allocate(values, rows));
    }

    Matrix matrix() {
        return matrix;
    }

    HeldMatrix retain() {
        holders++;
        return this;
    }

    void release() {
        holders--;
        if (holders == 0) {
            kernels.release(matrix);
        }
    }

    boolean hasSeveralHolders() {
        return holders > 1;
    }
}
