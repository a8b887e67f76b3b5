package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.Kernels.Operand;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The convolutions of {@link CpuKernels}: strips of rows of an image at a time, whose pixels are gathered in memory that
 * fits in the caches and multiplied by BLAS.
 *
 * <p>Strips and the order of sums depend on the geometry alone, so that no result depends on the number of threads.
 */
final class CpuConvolution {
    /** Values of the input that a strip is computed from, about. */
    private static final int STRIP = 1 << 16;

    /** Fewest pixels of a strip, if the image has as many: below, products are slow. */
    private static final int FEWEST_PIXELS = 256;

    /** Channels up to which gathering whole windows is faster than a product for each tap. */
    private static final int FEW_CHANNELS = 8;

    /** Partial sums of a weight's gradient. */
    private static final int PARTS = 8;

    private final CpuKernels kernels;

    CpuConvolution(CpuKernels kernels) {
        this.kernels = kernels;
    }

    /** The strips of all images of a batch. */
    private record Strips(int batch, int height, int most) {
        static Strips of(int batch, Axis rows, Axis columns, int channels) {
            int pixels = Math.max(FEWEST_PIXELS, STRIP / channels);
            return new Strips(batch, rows.length(), Math.min(rows.length(), Math.max(1, pixels / columns.length())));
        }

        int perImage() {
            return (height + most - 1) / most;
        }

        int count() {
            return batch * perImage();
        }

        int image(int strip) {
            return strip / perImage();
        }

        /** The first row of pixels of a strip, counted over all images. */
        int row(int strip) {
            return image(strip) * height + from(strip);
        }

        /** Rows of pixels of a strip. */
        int rows(int strip) {
            return to(strip) - from(strip);
        }

        int from(int strip) {
            return strip % perImage() * most;
        }

        int to(int strip) {
            return Math.min(height, from(strip) + most);
        }
    }

    /** Does one piece of work with scratch memory of its own. */
    @FunctionalInterface
    private interface Work {
        void run(int from, int to, Matrix scratch);
    }

    /** Shares pieces of work out to the threads, adjacent ones to each. */
    private void share(int pieces, int scratchSize, Work work) {
        int workers = Math.min(pieces, kernels.threads().count());
        Matrix scratch = kernels.allocate(workers, scratchSize);
        try {
            kernels.threads().split(workers, 1, (first, last) -> {
                for (int i = first; i < last; i++) {
                    int from = (int) ((long) pieces * i / workers);
                    work.run(from, (int) ((long) pieces * (i + 1) / workers), scratch.rows(i, i + 1));
                }
            });
        } finally {
            kernels.release(scratch);
        }
    }

    private static int size(int channels, Axis rows, Axis columns, int most) {
        return channels <= FEW_CHANNELS
                ? Windows.size(rows, columns, channels, most)
                : ShiftedImage.size(rows, columns, channels, most);
    }

    private static Gathered gathered(
            Matrix x, ConvolutionShape shape, Axis rows, Axis columns, int most, Matrix scratch) {
        return x.columns() <= FEW_CHANNELS
                ? new Windows(x, rows, columns, scratch)
                : new ShiftedImage(x, rows, columns, shape.kernel(), most, scratch);
    }

    // ---- order of the weights

    /** A weight with all channels of a tap together: {@code (O, k k C)} from {@code (O, C k k)}. */
    private Matrix byTap(Matrix weight, ConvolutionShape shape) {
        Matrix result = kernels.allocate(weight.rows(), weight.columns());
        int taps = shape.kernel() * shape.kernel();
        kernels.byRows(weight, (from, to) -> {
            float[] row = new float[weight.columns()];
            float[] turned = new float[row.length];
            for (int i = from; i < to; i++) {
                weight.host().get((int) (i * weight.stride()), row);
                transpose(row, row.length / taps, taps, turned);
                result.host().put(i * row.length, turned);
            }
        });
        return result;
    }

    /** {@code sum (O, k k C)} as {@code (O, C k k)}, {@code + beta dWeight}. */
    private void addByChannel(Matrix sum, Matrix dWeight, ConvolutionShape shape, float beta) {
        int taps = shape.kernel() * shape.kernel();
        kernels.byRows(sum, (from, to) -> {
            float[] row = new float[sum.columns()];
            float[] turned = new float[row.length];
            for (int i = from; i < to; i++) {
                sum.host().get(i * row.length, row);
                transpose(row, taps, row.length / taps, turned);
                if (beta != 0) {
                    dWeight.host().get((int) (i * dWeight.stride()), row);
                    Loops.accumulate(row, turned, row.length);
                }
                dWeight.host().put((int) (i * dWeight.stride()), turned);
            }
        });
    }

    private static void transpose(float[] x, int rows, int columns, float[] y) {
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < rows; row++) {
                y[column * rows + row] = x[row * columns + column];
            }
        }
    }

    // ---- forward

    void forward(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        Matrix byTap = byTap(weight, shape);
        forwardByTap(x, shape, byTap, bias, y);
        kernels.release(byTap);
    }

    private void forwardByTap(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        Axis rows = Axis.forward(shape, shape.outputHeight(), shape.height());
        Axis columns = Axis.forward(shape, shape.outputWidth(), shape.width());
        Strips strips = Strips.of(shape.batch(), rows, columns, x.columns());
        float[] start = bias.toFloats();
        share(strips.count(), size(x.columns(), rows, columns, strips.most), (from, to, scratch) -> {
            Gathered gathered = gathered(x, shape, rows, columns, strips.most, scratch);
            for (int strip = from; strip < to; strip++) {
                gathered.load(strips.image(strip), strips.from(strip), strips.to(strip));
                int first = strips.row(strip) * columns.length();
                int pixels = strips.rows(strip) * columns.length();
                fill(y, first, pixels, start);
                product(gathered, weight, x.columns(), y.pointerAt(first * y.stride()), pixels);
            }
        });
    }

    private static void fill(Matrix y, int first, int count, float[] row) {
        for (int i = first; i < first + count; i++) {
            y.host().put(i * row.length, row);
        }
    }

    /** Adds the product of gathered pixels and the weight's outputs to {@code y (pixels, O)}. */
    private static void product(Gathered gathered, Matrix weight, int channels, FloatPointer y, int pixels) {
        for (int i = 0; i < gathered.count(); i++) {
            CpuKernels.blas(
                    gathered.factor(i),
                    gathered.inner(),
                    Operand.PLAIN,
                    weight.pointerAt((long) gathered.tap(i) * channels),
                    weight.stride(),
                    Operand.TRANSPOSED,
                    y,
                    weight.rows(),
                    pixels,
                    weight.rows(),
                    gathered.inner(),
                    1,
                    1);
        }
    }

    // ---- backward to the input

    void backwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        Matrix byTap = byTap(weight, shape);
        for (int row = 0; row < shape.stride(); row++) {
            for (int column = 0; column < shape.stride(); column++) {
                backwardInput(dy, shape, byTap, new Grid(dx, shape, row, column), beta);
            }
        }
        kernels.release(byTap);
    }

    /** Of the pixels of the input those whose row and column have certain remainders of the stride. */
    private record Grid(Matrix dx, ConvolutionShape shape, int firstRow, int firstColumn) {
        Axis rows() {
            return Axis.backward(shape, firstRow, shape.height(), shape.outputHeight());
        }

        Axis columns() {
            return Axis.backward(shape, firstColumn, shape.width(), shape.outputWidth());
        }

        /** Whether its rows lie in memory as the product writes them. */
        boolean isWhole() {
            return shape.stride() == 1;
        }

        /** The first value of a pixel, row counted over all images. */
        int index(int row, int column, int rowsPerImage) {
            int image = row / rowsPerImage;
            int y = image * shape.height() + shape.stride() * (row % rowsPerImage) + firstRow;
            return (y * shape.width() + shape.stride() * column + firstColumn) * dx.columns();
        }
    }

    private void backwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Grid grid, float beta) {
        Axis rows = grid.rows();
        Axis columns = grid.columns();
        Strips strips = Strips.of(shape.batch(), rows, columns, dy.columns());
        int channels = grid.dx.columns();
        int copied = ShiftedImage.size(rows, columns, dy.columns(), strips.most);
        int product = grid.isWhole() ? 0 : strips.most * columns.length() * channels;
        share(strips.count(), copied + product, (from, to, scratch) -> {
            Gathered gathered = new ShiftedImage(dy, rows, columns, shape.kernel(), strips.most, scratch);
            for (int strip = from; strip < to; strip++) {
                gathered.load(strips.image(strip), strips.from(strip), strips.to(strip));
                int pixels = strips.rows(strip) * columns.length();
                if (grid.isWhole()) {
                    int first = strips.row(strip) * columns.length();
                    backwardProduct(
                            gathered, weight, channels, grid.dx.pointerAt((long) first * channels), pixels, beta);
                } else {
                    backwardProduct(gathered, weight, channels, scratch.pointerAt(copied), pixels, 0);
                    spread(scratch, copied, grid, strips, strip, columns.length(), beta);
                }
            }
        });
    }

    /** {@code dx = product of gathered gradients and the weight's inputs + beta dx}, {@code dx (pixels, C)}. */
    private static void backwardProduct(
            Gathered gathered, Matrix weight, int channels, FloatPointer dx, int pixels, float beta) {
        for (int i = 0; i < gathered.count(); i++) {
            CpuKernels.blas(
                    gathered.factor(i),
                    gathered.inner(),
                    Operand.PLAIN,
                    weight.pointerAt((long) gathered.tap(i) * channels),
                    weight.stride(),
                    Operand.PLAIN,
                    dx,
                    channels,
                    pixels,
                    channels,
                    gathered.inner(),
                    1,
                    i == 0 ? beta : 1);
        }
    }

    private static void spread(Matrix scratch, int start, Grid grid, Strips strips, int strip, int width, float beta) {
        int channels = grid.dx.columns();
        float[] values = new float[channels];
        float[] before = new float[channels];
        for (int i = 0; i < strips.rows(strip) * width; i++) {
            scratch.host().get(start + i * channels, values);
            int target = grid.index(strips.row(strip) + i / width, i % width, strips.height);
            if (beta != 0) {
                grid.dx.host().get(target, before);
                Loops.accumulate(before, values, channels);
            }
            grid.dx.host().put(target, values);
        }
    }

    // ---- backward to the weight

    void backwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        Axis rows = Axis.forward(shape, shape.outputHeight(), shape.height());
        Axis columns = Axis.forward(shape, shape.outputWidth(), shape.width());
        Strips strips = Strips.of(shape.batch(), rows, columns, x.columns());
        int parts = Math.min(PARTS, strips.count());
        Matrix partial = kernels.allocate(parts * dWeight.rows(), dWeight.columns());
        share(parts, size(x.columns(), rows, columns, strips.most), (from, to, scratch) -> {
            Gathered gathered = gathered(x, shape, rows, columns, strips.most, scratch);
            for (int part = from; part < to; part++) {
                Matrix sum = partial.rows(part * dWeight.rows(), (part + 1) * dWeight.rows());
                int first = (int) ((long) strips.count() * part / parts);
                int last = (int) ((long) strips.count() * (part + 1) / parts);
                for (int strip = first; strip < last; strip++) {
                    gathered.load(strips.image(strip), strips.from(strip), strips.to(strip));
                    int pixels = strips.rows(strip) * columns.length();
                    FloatPointer gradient = dy.pointerAt((long) strips.row(strip) * columns.length() * dy.columns());
                    weightProduct(gathered, gradient, x.columns(), pixels, sum, strip == first ? 0 : 1);
                }
            }
        });
        for (int part = 0; part < parts; part++) {
            Matrix sum = partial.rows(part * dWeight.rows(), (part + 1) * dWeight.rows());
            addByChannel(sum, dWeight, shape, part == 0 ? beta : 1);
        }
        kernels.release(partial);
    }

    /** {@code sum = gradient^T times gathered pixels + beta sum}, {@code gradient (pixels, O)}. */
    private static void weightProduct(
            Gathered gathered, FloatPointer gradient, int channels, int pixels, Matrix sum, float beta) {
        for (int i = 0; i < gathered.count(); i++) {
            CpuKernels.blas(
                    gradient,
                    sum.rows(),
                    Operand.TRANSPOSED,
                    gathered.factor(i),
                    gathered.inner(),
                    Operand.PLAIN,
                    sum.pointerAt((long) gathered.tap(i) * channels),
                    sum.stride(),
                    sum.rows(),
                    gathered.inner(),
                    pixels,
                    1,
                    beta);
        }
    }
}
