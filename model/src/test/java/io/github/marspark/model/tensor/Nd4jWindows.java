package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.ConvolutionShape.Extent;
import java.util.function.BinaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What {@link Nd4jKernels} does to windows of images: for each tap one operation on all pixels that it sees. */
final class Nd4jWindows {
    private final DataType type;

    Nd4jWindows(DataType type) {
        this.type = type;
    }

    private static INDArray images(Matrix x, ConvolutionShape shape) {
        return x.array().dup('c').reshape('c', shape.batch(), shape.height(), shape.width(), x.columns());
    }

    /** Images with a value around them, {@code (B, before + H + after, before + W + after, C)}. */
    private INDArray padded(ConvolutionShape shape, int channels, double around) {
        return Nd4j.valueArrayOf(
                new long[] {shape.batch(), padded(shape.rows()), padded(shape.columns()), channels}, around, type);
    }

    private static int padded(Extent extent) {
        return extent.before() + extent.length() + extent.after();
    }

    private INDArray padded(Matrix x, ConvolutionShape shape, double around) {
        INDArray padded = padded(shape, x.columns(), around);
        inside(padded, shape).assign(images(x, shape));
        return padded;
    }

    /** The pixels of {@link #padded} images that are the images. */
    private static INDArray inside(INDArray padded, ConvolutionShape shape) {
        return padded.get(NDArrayIndex.all(), inside(shape.rows()), inside(shape.columns()), NDArrayIndex.all());
    }

    private static INDArrayIndex inside(Extent extent) {
        return NDArrayIndex.interval(extent.before(), extent.before() + extent.length());
    }

    /** The pixels of {@link #padded} images that one tap sees, {@code (B, H', W', C)}. */
    private static INDArray seen(INDArray padded, ConvolutionShape shape, int tap) {
        int width = shape.columns().kernel();
        return padded.get(
                NDArrayIndex.all(),
                seen(shape.rows(), tap / width),
                seen(shape.columns(), tap % width),
                NDArrayIndex.all());
    }

    /** ND4J does not take a stride for one element alone. */
    private static INDArrayIndex seen(Extent extent, int first) {
        return extent.outputs() == 1
                ? NDArrayIndex.interval(first, first + 1)
                : NDArrayIndex.interval(first, extent.stride(), first + (extent.outputs() - 1) * extent.stride() + 1);
    }

    private static INDArray pixels(INDArray images, ConvolutionShape shape, int channels) {
        return images.dup('c').reshape('c', shape.outputRows(), channels);
    }

    /** One tap of a weight {@code (O, C k k')}, {@code (O, C)}, as a view. */
    private static INDArray tap(Matrix weight, ConvolutionShape shape, int tap) {
        int taps = shape.taps();
        return weight.array()
                .get(NDArrayIndex.all(), NDArrayIndex.interval(tap, taps, weight.columns() - taps + tap + 1));
    }

    /** Adds a convolution without its bias to {@code y}. */
    void convolution(Matrix x, ConvolutionShape shape, Matrix weight, Matrix y) {
        INDArray padded = padded(x, shape, 0);
        for (int tap = 0; tap < shape.taps(); tap++) {
            INDArray pixels = pixels(seen(padded, shape, tap), shape, x.columns());
            INDArray product = pixels.mmul(tap(weight, shape, tap).dup('c').transpose());
            Nd4jKernels.write(product, y, 1);
        }
    }

    void backwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        INDArray padded = padded(shape, dx.columns(), 0);
        for (int tap = 0; tap < shape.taps(); tap++) {
            INDArray product = dy.array().dup('c').mmul(tap(weight, shape, tap).dup('c'));
            seen(padded, shape, tap)
                    .addi(product.dup('c')
                            .reshape('c', shape.batch(), shape.outputHeight(), shape.outputWidth(), dx.columns()));
        }
        Nd4jKernels.write(inside(padded, shape).dup('c').reshape('c', dx.rows(), dx.columns()), dx, beta);
    }

    void backwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        INDArray padded = padded(x, shape, 0);
        for (int tap = 0; tap < shape.taps(); tap++) {
            INDArray pixels = pixels(seen(padded, shape, tap), shape, x.columns());
            INDArray product = dy.array().dup('c').transpose().mmul(pixels);
            INDArray target = tap(dWeight, shape, tap);
            target.assign(beta == 0 ? product : target.add(product));
        }
    }

    void maximum(Matrix x, ConvolutionShape shape, Matrix y) {
        INDArray padded = padded(x, shape, Double.NEGATIVE_INFINITY);
        Nd4jKernels.write(pixels(combined(padded, shape, Transforms::max), shape, x.columns()), y, 0);
    }

    void average(Matrix x, ConvolutionShape shape, Matrix y) {
        INDArray ones = padded(shape, x.columns(), 0);
        inside(ones, shape).assign(1);
        INDArray sums = combined(padded(x, shape, 0), shape, INDArray::add);
        INDArray counts = combined(ones, shape, INDArray::add);
        Nd4jKernels.write(pixels(sums.div(counts), shape, x.columns()), y, 0);
    }

    /** What all taps see, one after another. */
    private static INDArray combined(INDArray padded, ConvolutionShape shape, BinaryOperator<INDArray> operation) {
        INDArray result = seen(padded, shape, 0).dup('c');
        for (int tap = 1; tap < shape.taps(); tap++) {
            result = operation.apply(result, seen(padded, shape, tap).dup('c'));
        }
        return result;
    }
}
