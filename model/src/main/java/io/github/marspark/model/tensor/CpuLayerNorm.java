package io.github.marspark.model.tensor;

/** The normalisation of rows of {@link CpuKernels}, with and without learned parameters. */
final class CpuLayerNorm {
    private final CpuKernels kernels;

    CpuLayerNorm(CpuKernels kernels) {
        this.kernels = kernels;
    }

    /** Centres a row and returns its reciprocal standard deviation; writes both to moments. */
    private static float normalizeRow(Matrix x, int row, float epsilon, Matrix moments, float[] values) {
        int n = values.length;
        CpuKernels.load(x, row, values);
        float mean = Loops.sum(values, 0, n) / n;
        Loops.subtract(values, mean, n);
        float scale = (float) (1 / Math.sqrt(Loops.dot(values, values, 0, n) / n + epsilon));
        moments.host().put(2 * row, mean).put(2 * row + 1, scale);
        Loops.scale(values, scale, n);
        return scale;
    }

    void forward(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y) {
        float[] w = weight.toFloats();
        float[] b = bias.toFloats();
        kernels.byRows(x, (from, to) -> {
            float[] values = new float[x.columns()];
            for (int row = from; row < to; row++) {
                normalizeRow(x, row, epsilon, moments, values);
                Loops.affine(values, w, b, values, values.length);
                CpuKernels.store(y, row, values);
            }
        });
    }

    void normalize(Matrix x, float epsilon, Matrix moments, Matrix y) {
        kernels.byRows(x, (from, to) -> {
            float[] values = new float[x.columns()];
            for (int row = from; row < to; row++) {
                normalizeRow(x, row, epsilon, moments, values);
                CpuKernels.store(y, row, values);
            }
        });
    }

    /** Writes dx and returns the gradients of weight and bias. */
    float[][] backward(Matrix x, Matrix weight, Matrix moments, Matrix dy, Matrix dx, float beta) {
        float[] w = weight.toFloats();
        int n = x.columns();
        return kernels.sumOfRows(x.rows(), n, (from, to, partial) -> {
            NormalizeBackward rows = new NormalizeBackward(n, moments, dx, beta);
            for (int row = from; row < to; row++) {
                CpuKernels.load(x, row, rows.normal);
                Loops.subtract(rows.normal, moments.host().get(2 * row), n);
                Loops.scale(rows.normal, moments.host().get(2 * row + 1), n);
                CpuKernels.load(dy, row, rows.gradient);
                Loops.accumulateProduct(rows.gradient, rows.normal, partial[0], n);
                Loops.accumulate(rows.gradient, partial[1], n);
                Loops.multiply(rows.gradient, w, rows.gradient, n);
                rows.write(row);
            }
        });
    }

    void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta) {
        int n = y.columns();
        kernels.byRows(y, (from, to) -> {
            NormalizeBackward rows = new NormalizeBackward(n, moments, dx, beta);
            for (int row = from; row < to; row++) {
                CpuKernels.load(y, row, rows.normal);
                CpuKernels.load(dy, row, rows.gradient);
                rows.write(row);
            }
        });
    }

    /** One thread's scratch for the backward pass of a normalisation of rows. */
    private static final class NormalizeBackward {
        private final int n;
        private final Matrix moments;
        private final Matrix dx;
        private final float beta;
        private final float[] normal;
        private final float[] gradient;
        private final float[] before;

        NormalizeBackward(int n, Matrix moments, Matrix dx, float beta) {
            this.n = n;
            this.moments = moments;
            this.dx = dx;
            this.beta = beta;
            this.normal = new float[n];
            this.gradient = new float[n];
            this.before = new float[n];
        }

        /** Writes a row of dx from the normalised row and the gradient with respect to it. */
        void write(int row) {
            float mean = Loops.sum(gradient, 0, n) / n;
            float meanProduct = Loops.dot(gradient, normal, 0, n) / n;
            Loops.normalizeBackward(
                    gradient, normal, mean, meanProduct, moments.host().get(2 * row + 1), gradient, n);
            if (beta != 0) {
                CpuKernels.load(dx, row, before);
                Loops.accumulate(before, gradient, n);
            }
            CpuKernels.store(dx, row, gradient);
        }
    }
}
