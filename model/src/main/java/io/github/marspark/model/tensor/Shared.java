package io.github.marspark.model.tensor;

/** Memory that several variables may show; given back to the kernels when the last is done with it. */
final class Shared {
    private final Kernels kernels;
    private final Matrix matrix;
    private int holders = 1;

    private Shared(Kernels kernels, Matrix matrix) {
        this.kernels = kernels;
        this.matrix = matrix;
    }

    static Shared allocate(Kernels kernels, int rows, int columns) {
        return new Shared(kernels, kernels.allocate(rows, columns));
    }

    static Shared allocate(Kernels kernels, float[] values, int rows) {
        return new Shared(kernels, kernels.allocate(values, rows));
    }

    Matrix matrix() {
        return matrix;
    }

    Shared retain() {
        holders++;
        return this;
    }

    void release() {
        holders--;
        if (holders == 0) {
            kernels.release(matrix);
        }
    }

    boolean isShared() {
        return holders > 1;
    }
}
