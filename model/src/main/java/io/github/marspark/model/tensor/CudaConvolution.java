package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Launch;
import io.github.marspark.model.tensor.Kernels.Operand;

/**
 * Convolutions and pooling on a GPU. What output pixels see is copied to a row each, for as many pixels at a time as a
 * fixed piece of memory holds, and multiplied by the weight as checkpoints store it.
 */
final class CudaConvolution {
    /** Values of windows at a time: 256 MiB. */
    private static final int MOST_VALUES = 1 << 26;

    private final CudaOperations operations;

    CudaConvolution(CudaOperations operations) {
        this.operations = operations;
    }

    /** Work on the windows of the output pixels {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    private interface Work {
        void run(Matrix windows, int from, int to);
    }

    void forward(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        operations.launch("fillRows", bias, y).integers(y.rows(), y.columns()).overValues(y.size());
        byWindows(
                x,
                shape,
                (seen, from, to) ->
                        operations.multiply(seen, Operand.PLAIN, weight, Operand.TRANSPOSED, y.rows(from, to), 1));
    }

    void backwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        byWindows(
                x,
                shape,
                (seen, from, to) -> operations.multiply(
                        dy.rows(from, to), Operand.TRANSPOSED, seen, Operand.PLAIN, dWeight, from == 0 ? beta : 1));
    }

    private void byWindows(Matrix x, ConvolutionShape shape, Work work) {
        if (seesItself(shape)) {
            work.run(x, 0, x.rows());
            return;
        }
        int columns = x.columns() * shape.taps();
        int most = Math.max(1, MOST_VALUES / columns);
        for (int from = 0; from < shape.outputRows(); from += most) {
            int to = Math.min(shape.outputRows(), from + most);
            Matrix seen = operations.arena().allocate(to - from, columns);
            geometry(operations.gpu().launch("windows").address(operations.address(x)), shape)
                    .address(operations.address(seen))
                    .integers(from, to - from, x.columns())
                    .overValues(seen.size());
            work.run(seen, from, to);
            operations.arena().release(seen);
        }
    }

    /** Whether an output pixel sees the input pixel of its place and no other. */
    private static boolean seesItself(ConvolutionShape shape) {
        return shape.taps() == 1 && shape.outputRows() == shape.inputRows();
    }

    void backwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        if (seesItself(shape)) {
            operations.multiply(dy, Operand.PLAIN, weight, Operand.PLAIN, dx, beta);
            return;
        }
        int in = shape.inputRows() / shape.batch();
        int out = shape.outputRows() / shape.batch();
        int most = (int) Math.max(1, MOST_VALUES / ((long) out * weight.columns()));
        for (int image = 0; image < shape.batch(); image += most) {
            int end = Math.min(shape.batch(), image + most);
            backwardImages(dy.rows(image * out, end * out), shape, weight, dx.rows(image * in, end * in), beta);
        }
    }

    /** The same for some of the images. */
    private void backwardImages(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        Matrix seen = operations.arena().allocate(dy.rows(), weight.columns());
        operations.multiply(dy, Operand.PLAIN, weight, Operand.PLAIN, seen, 0);
        Launch launch = geometry(operations.gpu().launch("windowsBackward").address(operations.address(seen)), shape);
        CudaOperations.overValues(operations.view(launch, dx).real(beta), dx);
        operations.arena().release(seen);
    }

    void pool(Matrix x, ConvolutionShape shape, Matrix y, int mean) {
        Launch launch = geometry(operations.gpu().launch("pool").address(operations.address(x)), shape);
        CudaOperations.overValues(operations.view(launch, y).integers(mean), y);
    }

    private static Launch geometry(Launch launch, ConvolutionShape shape) {
        return launch.structure(
                shape.height(),
                shape.width(),
                shape.outputHeight(),
                shape.outputWidth(),
                shape.rows().kernel(),
                shape.columns().kernel(),
                shape.rows().stride(),
                shape.columns().stride(),
                shape.rows().before(),
                shape.columns().before());
    }
}
