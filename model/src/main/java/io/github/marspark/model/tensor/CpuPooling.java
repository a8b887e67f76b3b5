package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.ConvolutionShape.Extent;

/** The pooling of {@link CpuKernels}: for each row of outputs first the rows that it sees, then the pixels of those. */
final class CpuPooling {
    private final CpuKernels kernels;

    CpuPooling(CpuKernels kernels) {
        this.kernels = kernels;
    }

    /** {@code into[i]} and {@code x[from + i]} become one value in {@code into}. */
    @FunctionalInterface
    private interface Combination {
        void run(float[] x, int from, float[] into, int n);
    }

    void maximum(Matrix x, ConvolutionShape shape, Matrix y) {
        run(x, shape, y, Loops::maximum, (values, pixels) -> {});
    }

    void average(Matrix x, ConvolutionShape shape, Matrix y) {
        run(x, shape, y, Loops::accumulate, (values, pixels) -> Loops.scale(values, 1f / pixels, values.length));
    }

    /** What happens to the combination of a window's pixels. */
    @FunctionalInterface
    private interface End {
        void run(float[] values, int pixels);
    }

    private void run(Matrix x, ConvolutionShape shape, Matrix y, Combination combination, End end) {
        int height = shape.outputHeight();
        int grain = Math.max(1, CpuKernels.GRAIN / (shape.outputWidth() * x.columns() * shape.taps()));
        kernels.threads().split(shape.batch() * height, grain, (from, to) -> {
            Line line = new Line(x, shape, y, combination, end);
            for (int row = from; row < to; row++) {
                line.compute(row / height, row % height);
            }
        });
    }

    /** The first of the image's pixels that an output sees. */
    private static int first(Extent extent, int output) {
        return Math.max(0, output * extent.stride() - extent.before());
    }

    /** The pixel behind the last that an output sees. */
    private static int end(Extent extent, int output) {
        return Math.min(extent.length(), output * extent.stride() - extent.before() + extent.kernel());
    }

    /** One row of outputs after another. */
    private static final class Line {
        private final Matrix x;
        private final ConvolutionShape shape;
        private final Matrix y;
        private final Combination combination;
        private final End end;
        private final float[] row;
        private final float[] combined;
        private final float[] pixel;

        Line(Matrix x, ConvolutionShape shape, Matrix y, Combination combination, End end) {
            this.x = x;
            this.shape = shape;
            this.y = y;
            this.combination = combination;
            this.end = end;
            this.row = new float[shape.width() * x.columns()];
            this.combined = new float[row.length];
            this.pixel = new float[x.columns()];
        }

        void compute(int image, int output) {
            int first = first(shape.rows(), output);
            int count = end(shape.rows(), output) - first;
            int start = (image * shape.height() + first) * row.length;
            x.host().get(start, combined);
            for (int i = 1; i < count; i++) {
                x.host().get(start + i * row.length, row);
                combination.run(row, 0, combined, row.length);
            }
            int target = (image * shape.outputHeight() + output) * shape.outputWidth();
            for (int i = 0; i < shape.outputWidth(); i++) {
                end.run(pixel, count * combinePixels(i));
                CpuKernels.store(y, target + i, pixel);
            }
        }

        /** Combines the pixels that an output sees of the combined rows, and returns their number. */
        private int combinePixels(int output) {
            int first = first(shape.columns(), output);
            int count = end(shape.columns(), output) - first;
            System.arraycopy(combined, first * pixel.length, pixel, 0, pixel.length);
            for (int i = 1; i < count; i++) {
                combination.run(combined, (first + i) * pixel.length, pixel, pixel.length);
            }
            return count;
        }
    }
}
