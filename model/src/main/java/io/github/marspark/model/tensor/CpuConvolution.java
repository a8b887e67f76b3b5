package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.Kernels.Operand;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The convolutions of {@link CpuKernels}: strips of rows of an image at a time, whose windows are copied to memory that
 * fits in the caches and multiplied by BLAS.
 *
 * <p>Strips and the order of sums depend on the geometry alone, so that no result depends on the number of threads.
 */
final class CpuConvolution {
    /** Values of the input that a strip is computed from, about. */
    private static final int STRIP = 1 << 16;

    /** Fewest pixels of a strip, if the image has as many: below, products are slow. */
    private static final int FEWEST_PIXELS = 256;

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

    // ---- order of the weights

    /** A weight {@code (O, C k k)} with all channels of a tap together, {@code (O, k k C)}. */
    private Matrix byTap(Matrix weight, int taps) {
        Matrix result = kernels.allocate(weight.rows(), weight.columns());
        kernels.byRows(weight, (from, to) -> {
            float[] row = new float[weight.columns()];
            float[] turned = new float[row.length];
            for (int i = from; i < to; i++) {
                CpuKernels.load(weight, i, row);
                transpose(row, row.length / taps, taps, turned);
                CpuKernels.store(result, i, turned);
            }
        });
        return result;
    }

    /** A weight {@code (O, C k k)} in rows of one tap and output each, {@code (k k O, C)}, taps in the order of axes. */
    private Matrix byTapAndOutput(Matrix weight, ConvolutionShape shape, Axis rows, Axis columns) {
        int taps = shape.taps();
        int outputs = weight.rows();
        int channels = weight.columns() / taps;
        Matrix result = kernels.allocate(rows.count() * columns.count() * outputs, channels);
        kernels.byRows(weight, (from, to) -> {
            float[] row = new float[weight.columns()];
            float[] part = new float[channels];
            for (int output = from; output < to; output++) {
                CpuKernels.load(weight, output, row);
                for (int i = 0; i < rows.count() * columns.count(); i++) {
                    int tap = rows.taps()[i / columns.count()] * shape.columns().kernel()
                            + columns.taps()[i % columns.count()];
                    for (int channel = 0; channel < channels; channel++) {
                        part[channel] = row[channel * taps + tap];
                    }
                    CpuKernels.store(result, i * outputs + output, part);
                }
            }
        });
        return result;
    }

    /** {@code sum (O, k k C)} as {@code (O, C k k)}, {@code + beta dWeight}. */
    private void addByChannel(Matrix sum, Matrix dWeight, int taps, float beta) {
        kernels.byRows(sum, (from, to) -> {
            float[] row = new float[sum.columns()];
            float[] turned = new float[row.length];
            for (int i = from; i < to; i++) {
                CpuKernels.load(sum, i, row);
                transpose(row, taps, row.length / taps, turned);
                if (beta != 0) {
                    CpuKernels.load(dWeight, i, row);
                    Loops.accumulate(row, turned, row.length);
                }
                CpuKernels.store(dWeight, i, turned);
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
        Axis rows = Axis.forward(shape.rows());
        Axis columns = Axis.forward(shape.columns());
        Strips strips = Strips.of(shape.batch(), rows, columns, x.columns());
        Matrix byTap = byTap(weight, shape.taps());
        float[] start = bias.toFloats();
        share(strips.count(), Windows.size(rows, columns, x.columns(), strips.most), (from, to, scratch) -> {
            Windows windows = new Windows(x, rows, columns, strips.most, scratch);
            for (int strip = from; strip < to; strip++) {
                windows.load(strips.image(strip), strips.from(strip), strips.to(strip));
                int first = strips.row(strip) * columns.length();
                int pixels = strips.rows(strip) * columns.length();
                fill(y, first, pixels, start);
                product(windows, byTap, y.rows(first, first + pixels));
            }
        });
        kernels.release(byTap);
    }

    private static void fill(Matrix y, int first, int count, float[] row) {
        for (int i = first; i < first + count; i++) {
            CpuKernels.store(y, i, row);
        }
    }

    /** Adds the products of windows and {@code weight (O, k k C)} to {@code y (pixels, O)}. */
    private static void product(Windows windows, Matrix weight, Matrix y) {
        for (int i = 0; i < windows.count(); i++) {
            Blas.ofThisProcess()
                    .multiply(
                            windows.factor(i),
                            windows.inner(),
                            Operand.PLAIN,
                            weight.pointerAt((long) i * windows.inner()),
                            weight.stride(),
                            Operand.TRANSPOSED,
                            y.pointer(),
                            y.stride(),
                            y.rows(),
                            weight.rows(),
                            windows.inner(),
                            1,
                            1);
        }
    }

    // ---- backward to the input

    void backwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        for (int row = 0; row < shape.rows().stride(); row++) {
            for (int column = 0; column < shape.columns().stride(); column++) {
                backwardInput(dy, weight, new Grid(dx, shape, row, column), beta);
            }
        }
    }

    /** Of the pixels of the input those whose row and column have certain remainders of the stride. */
    private record Grid(Matrix dx, ConvolutionShape shape, int firstRow, int firstColumn) {
        Axis rows() {
            return Axis.backward(shape.rows(), firstRow);
        }

        Axis columns() {
            return Axis.backward(shape.columns(), firstColumn);
        }

        /** Whether its pixels follow one another in memory. */
        boolean isWhole() {
            return shape.rows().stride() == 1 && shape.columns().stride() == 1;
        }

        /** The row of dx of a pixel, its row counted over all images. */
        int pixel(int row, int column, int rowsPerImage) {
            int image = row / rowsPerImage;
            int y = image * shape.height() + shape.rows().stride() * (row % rowsPerImage) + firstRow;
            return y * shape.width() + shape.columns().stride() * column + firstColumn;
        }
    }

    private void backwardInput(Matrix dy, Matrix weight, Grid grid, float beta) {
        Axis rows = grid.rows();
        Axis columns = grid.columns();
        Strips strips = Strips.of(grid.shape.batch(), rows, columns, dy.columns());
        Matrix byTap = byTapAndOutput(weight, grid.shape, rows, columns);
        int copied = Windows.size(rows, columns, dy.columns(), strips.most);
        int product = grid.isWhole() ? 0 : strips.most * columns.length() * byTap.columns();
        share(strips.count(), copied + product, (from, to, scratch) -> {
            Windows windows = new Windows(dy, rows, columns, strips.most, scratch);
            for (int strip = from; strip < to; strip++) {
                windows.load(strips.image(strip), strips.from(strip), strips.to(strip));
                int pixels = strips.rows(strip) * columns.length();
                if (grid.isWhole()) {
                    long first = (long) strips.row(strip) * columns.length() * byTap.columns();
                    backwardProduct(windows, byTap, grid.dx.pointerAt(first), pixels, beta);
                } else {
                    backwardProduct(windows, byTap, scratch.pointerAt(copied), pixels, 0);
                    spread(scratch.columns(copied, copied + product), grid, strips, strip, columns.length(), beta);
                }
            }
        });
        kernels.release(byTap);
    }

    /** {@code dx (pixels, C) = products of windows and weight (k k O, C) + beta dx}. */
    private static void backwardProduct(Windows windows, Matrix weight, FloatPointer dx, int pixels, float beta) {
        int channels = weight.columns();
        for (int i = 0; i < windows.count(); i++) {
            Blas.ofThisProcess()
                    .multiply(
                            windows.factor(i),
                            windows.inner(),
                            Operand.PLAIN,
                            weight.pointerAt((long) i * windows.inner() * channels),
                            channels,
                            Operand.PLAIN,
                            dx,
                            channels,
                            pixels,
                            channels,
                            windows.inner(),
                            1,
                            i == 0 ? beta : 1);
        }
    }

    private static void spread(Matrix product, Grid grid, Strips strips, int strip, int width, float beta) {
        int channels = grid.dx.columns();
        float[] values = new float[channels];
        float[] before = new float[channels];
        for (int i = 0; i < strips.rows(strip) * width; i++) {
            product.host().get(i * channels, values);
            int pixel = grid.pixel(strips.row(strip) + i / width, i % width, strips.height);
            if (beta != 0) {
                CpuKernels.load(grid.dx, pixel, before);
                Loops.accumulate(before, values, channels);
            }
            CpuKernels.store(grid.dx, pixel, values);
        }
    }

    // ---- backward to the weight

    void backwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        Axis rows = Axis.forward(shape.rows());
        Axis columns = Axis.forward(shape.columns());
        Strips strips = Strips.of(shape.batch(), rows, columns, x.columns());
        int parts = Math.min(PARTS, strips.count());
        Matrix sums = kernels.allocate(parts * dWeight.rows(), dWeight.columns());
        share(parts, Windows.size(rows, columns, x.columns(), strips.most), (from, to, scratch) -> {
            Windows windows = new Windows(x, rows, columns, strips.most, scratch);
            for (int part = from; part < to; part++) {
                Matrix sum = part(sums, parts, part);
                int first = (int) ((long) strips.count() * part / parts);
                int last = (int) ((long) strips.count() * (part + 1) / parts);
                for (int strip = first; strip < last; strip++) {
                    windows.load(strips.image(strip), strips.from(strip), strips.to(strip));
                    long pixel = (long) strips.row(strip) * columns.length();
                    int pixels = strips.rows(strip) * columns.length();
                    weightProduct(windows, dy.pointerAt(pixel * dy.columns()), pixels, sum, strip == first ? 0 : 1);
                }
            }
        });
        for (int part = 0; part < parts; part++) {
            addByChannel(part(sums, parts, part), dWeight, shape.taps(), part == 0 ? beta : 1);
        }
        kernels.release(sums);
    }

    private static Matrix part(Matrix sums, int parts, int part) {
        int rows = sums.rows() / parts;
        return sums.rows(part * rows, (part + 1) * rows);
    }

    /** {@code sum (O, k k C) = gradient^T times windows + beta sum}, {@code gradient (pixels, O)}. */
    private static void weightProduct(Windows windows, FloatPointer gradient, int pixels, Matrix sum, float beta) {
        for (int i = 0; i < windows.count(); i++) {
            Blas.ofThisProcess()
                    .multiply(
                            gradient,
                            sum.rows(),
                            Operand.TRANSPOSED,
                            windows.factor(i),
                            windows.inner(),
                            Operand.PLAIN,
                            sum.pointerAt((long) i * windows.inner()),
                            sum.stride(),
                            sum.rows(),
                            windows.inner(),
                            pixels,
                            1,
                            beta);
        }
    }
}
