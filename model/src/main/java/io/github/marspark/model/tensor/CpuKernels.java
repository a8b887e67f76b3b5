package io.github.marspark.model.tensor;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@link Kernels} in float32 on the processor: products by calls of {@link Blas} on parts of the result, everything
 * else by {@link Loops} over blocks that are copied to the heap, where the JIT vectorises them. What is more than a loop
 * has a class of its own.
 *
 * <p>Sums over rows are cut into blocks of a fixed number of rows and added in order, so that no result depends on the
 * number of threads. Not thread-safe: belongs to the thread that runs the tape.
 */
public final class CpuKernels implements Kernels {
    /** Values below which a second thread costs more than it brings. */
    static final int GRAIN = 1 << 14;

    /** Rows that are summed before their sum joins the others'. */
    private static final int SUM_ROWS = 256;

    /** Rows with which a product on one thread is as fast as on all of them. */
    private static final int ENOUGH_ROWS = 24;

    private final Threads threads;
    private final Arena arena = new Arena();
    private final CpuElementwise elementwise;
    private final CpuLayerNorm layerNorm = new CpuLayerNorm(this);
    private final CpuConvolution convolution = new CpuConvolution(this);
    private final CpuPooling pooling = new CpuPooling(this);
    private final CpuGroupNorm groupNorm = new CpuGroupNorm(this);
    private final CpuAttention attention = new CpuAttention(this);
    private final Queue<CpuKernels> ofOneThread = new ConcurrentLinkedQueue<>();

    /** Computes on the given threads. */
    public CpuKernels(Threads threads) {
        this.threads = threads;
        this.elementwise = new CpuElementwise(threads);
    }

    /** The threads that compute. */
    @Override
    public Threads threads() {
        return threads;
    }

    /** Bytes of the memory that matrices are cut from. */
    public long allocatedBytes() {
        return arena.capacity() * Float.BYTES;
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        return arena.allocate(rows, columns);
    }

    @Override
    public void release(Matrix matrix) {
        arena.release(matrix);
    }

    @Override
    public void independently(int rows, RowWork work) {
        if (threads.count() == 1 || rows < ENOUGH_ROWS * threads.count()) {
            work.run(this, 0, rows);
            return;
        }
        threads.split(rows, 1, (from, to) -> {
            CpuKernels idle = ofOneThread.poll();
            CpuKernels own = idle == null ? new CpuKernels(new Threads(1)) : idle;
            work.run(own, from, to);
            ofOneThread.add(own);
        });
    }

    // ---- products

    @Override
    public void multiply(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta) {
        multiply(a, readA, b, readB, c, beta, null);
    }

    /** Each thread lays the bias under its part of the product, where it is still in the cache. */
    @Override
    public void linear(Matrix x, Matrix weight, Operand readWeight, Matrix bias, Matrix y) {
        multiply(x, Operand.PLAIN, weight, readWeight, y, 1, bias);
    }

    private void multiply(
            Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta, @Nullable Matrix bias) {
        int inner = readA == Operand.PLAIN ? a.columns() : a.rows();
        boolean byRows = c.rows() >= c.columns();
        int length = byRows ? c.rows() : c.columns();
        int grain = Math.max(16, (int) Math.min(length, (1L << 18) * length / Math.max(1, c.size() * inner)));
        threads.split(length, grain, (from, to) -> {
            Matrix part = byRows ? c.rows(from, to) : c.columns(from, to);
            Matrix left = byRows ? slice(a, readA, from, to) : a;
            Matrix right = byRows ? b : slice(b, flip(readB), from, to);
            if (bias != null) {
                fill(part, (byRows ? bias : bias.columns(from, to)).toFloats());
            }
            blas(left, readA, right, readB, part, inner, 1, beta);
        });
    }

    private static void fill(Matrix y, float[] row) {
        for (int i = 0; i < y.rows(); i++) {
            store(y, i, row);
        }
    }

    /** The part of a left factor that makes rows from..to of the product. */
    private static Matrix slice(Matrix factor, Operand read, int from, int to) {
        return read == Operand.PLAIN ? factor.rows(from, to) : factor.columns(from, to);
    }

    private static Operand flip(Operand read) {
        return read == Operand.PLAIN ? Operand.TRANSPOSED : Operand.PLAIN;
    }

    static void blas(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, int inner, float alpha, float beta) {
        Blas.ofThisProcess()
                .multiply(
                        a.pointer(),
                        a.stride(),
                        readA,
                        b.pointer(),
                        b.stride(),
                        readB,
                        c.pointer(),
                        c.stride(),
                        c.rows(),
                        c.columns(),
                        inner,
                        alpha,
                        beta);
    }

    // ---- blocks

    /** Runs {@code work} over ranges of rows, whole rows a thread. */
    void byRows(Matrix shape, Threads.Range work) {
        threads.split(shape.rows(), Math.max(1, GRAIN / shape.columns()), work);
    }

    static void load(Matrix x, int row, float[] values) {
        x.host().get((int) (row * x.stride()), values, 0, x.columns());
    }

    static void store(Matrix y, int row, float[] values) {
        y.host().put((int) (row * y.stride()), values, 0, y.columns());
    }

    @Override
    public void copy(Matrix x, Matrix y, float beta) {
        elementwise.run(
                new Matrix[] {x}, new Matrix[] {y}, beta, (in, out, n) -> System.arraycopy(in[0], 0, out[0], 0, n));
    }

    @Override
    public void zero(Matrix y) {
        elementwise.run(new Matrix[0], new Matrix[] {y}, 0, (in, out, n) -> {});
    }

    @Override
    public void residual(Matrix x, Matrix branch, Dropout dropout, Matrix z) {
        elementwise.run(
                new Matrix[] {x, branch},
                new Matrix[] {z},
                0,
                dropout,
                (in, out, n) -> Loops.gate(in[0], in[2], in[1], out[0], n));
    }

    @Override
    public void modulate(Matrix x, Matrix shift, Matrix scale, Matrix y) {
        elementwise.run(
                new Matrix[] {x, shift, scale},
                new Matrix[] {y},
                0,
                (in, out, n) -> Loops.modulate(in[0], in[1], in[2], out[0], n));
    }

    @Override
    public void modulateBackward(Matrix x, Matrix scale, Matrix dy, Matrix dx, Matrix dShift, Matrix dScale) {
        elementwise.run(new Matrix[] {x, scale, dy}, new Matrix[] {dx, dShift, dScale}, 0, (in, out, n) -> {
            Loops.modulateBackward(in[0], in[1], in[2], out[0], out[2], n);
            System.arraycopy(in[2], 0, out[1], 0, n);
        });
    }

    @Override
    public void gate(Matrix x, Matrix gate, Matrix u, Matrix y) {
        elementwise.run(
                new Matrix[] {x, gate, u},
                new Matrix[] {y},
                0,
                (in, out, n) -> Loops.gate(in[0], in[1], in[2], out[0], n));
    }

    @Override
    public void gateBackward(Matrix gate, Matrix u, Matrix dy, Matrix dGate, Matrix du) {
        elementwise.run(new Matrix[] {gate, u, dy}, new Matrix[] {dGate, du}, 0, (in, out, n) -> {
            Loops.multiply(in[2], in[1], out[0], n);
            Loops.multiply(in[2], in[0], out[1], n);
        });
    }

    @Override
    public void gelu(Matrix x, Dropout dropout, Matrix y) {
        elementwise.run(
                new Matrix[] {x}, new Matrix[] {y}, 0, dropout, (in, out, n) -> Loops.gelu(in[0], in[1], out[0], n));
    }

    @Override
    public void geluBackward(Matrix x, Dropout dropout, Matrix dy, Matrix dx) {
        elementwise.run(
                new Matrix[] {x, dy},
                new Matrix[] {dx},
                0,
                dropout,
                (in, out, n) -> Loops.geluBackward(in[0], in[2], in[1], out[0], n));
    }

    @Override
    public void silu(Matrix x, Matrix y) {
        elementwise.run(new Matrix[] {x}, new Matrix[] {y}, 0, (in, out, n) -> Loops.silu(in[0], out[0], n));
    }

    @Override
    public void siluBackward(Matrix x, Matrix dy, Matrix dx) {
        elementwise.run(
                new Matrix[] {x, dy},
                new Matrix[] {dx},
                0,
                (in, out, n) -> Loops.siluBackward(in[0], in[1], out[0], n));
    }

    // ---- rows

    @Override
    public void fillRows(Matrix row, Matrix y) {
        float[] values = row.toFloats();
        byRows(y, (from, to) -> fill(y.rows(from, to), values));
    }

    @Override
    public void sumRows(Matrix x, Matrix row, float beta) {
        float[] total = sumOfRows(x.rows(), x.columns(), (from, to, sums) -> {
            float[] values = new float[x.columns()];
            for (int i = from; i < to; i++) {
                load(x, i, values);
                Loops.accumulate(values, sums[0], values.length);
            }
        })[0];
        addTo(row, total, beta);
    }

    private static void addTo(Matrix row, float[] total, float beta) {
        if (beta != 0) {
            Loops.accumulate(row.toFloats(), total, total.length);
        }
        store(row, 0, total);
    }

    /** Adds what rows from..to contribute to the sums. */
    @FunctionalInterface
    interface RowSums {
        void run(int from, int to, float[][] sums);
    }

    /** Two sums over rows (the second may stay unused), by blocks of {@link #SUM_ROWS} rows added in order. */
    float[][] sumOfRows(int rows, int columns, RowSums work) {
        int blocks = (rows + SUM_ROWS - 1) / SUM_ROWS;
        float[][][] partial = new float[blocks][][];
        threads.split(blocks, Math.max(1, GRAIN / (SUM_ROWS * columns)), (from, to) -> {
            for (int block = from; block < to; block++) {
                partial[block] = new float[2][columns];
                work.run(block * SUM_ROWS, Math.min(rows, (block + 1) * SUM_ROWS), partial[block]);
            }
        });
        for (int block = 1; block < blocks; block++) {
            Loops.accumulate(partial[block][0], partial[0][0], columns);
            Loops.accumulate(partial[block][1], partial[0][1], columns);
        }
        return partial[0];
    }

    @Override
    public void gatherRows(Matrix table, int[] index, Matrix y, float beta) {
        byRows(y, (from, to) -> {
            float[] values = new float[y.columns()];
            float[] before = new float[y.columns()];
            for (int i = from; i < to; i++) {
                if (index[i] >= 0) {
                    load(table, index[i], values);
                    if (beta != 0) {
                        load(y, i, before);
                        Loops.accumulate(before, values, values.length);
                    }
                    store(y, i, values);
                }
            }
        });
    }

    @Override
    public void scatterAddRows(Matrix x, int[] index, Matrix table) {
        int grain = Math.max(16, (int) Math.min(x.columns(), (long) GRAIN * x.columns() / Math.max(1, x.size())));
        threads.split(x.columns(), grain, (from, to) -> {
            Matrix source = x.columns(from, to);
            Matrix target = table.columns(from, to);
            float[] values = new float[to - from];
            float[] sum = new float[to - from];
            for (int i = 0; i < index.length; i++) {
                if (index[i] >= 0) {
                    load(source, i, values);
                    load(target, index[i], sum);
                    Loops.accumulate(values, sum, sum.length);
                    store(target, index[i], sum);
                }
            }
        });
    }

    // ---- normalisation

    @Override
    public void layerNorm(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y) {
        layerNorm.forward(x, weight, bias, epsilon, moments, y);
    }

    @Override
    public void normalize(Matrix x, float epsilon, Matrix moments, Matrix y) {
        layerNorm.normalize(x, epsilon, moments, y);
    }

    @Override
    public void layerNormBackward(
            Matrix x,
            Matrix weight,
            Matrix moments,
            Matrix dy,
            Matrix dx,
            float beta,
            Matrix dWeight,
            Matrix dBias,
            float parameterBeta) {
        float[][] sums = layerNorm.backward(x, weight, moments, dy, dx, beta);
        addTo(dWeight, sums[0], parameterBeta);
        addTo(dBias, sums[1], parameterBeta);
    }

    @Override
    public void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta) {
        layerNorm.normalizeBackward(y, moments, dy, dx, beta);
    }

    // ---- dropout

    @Override
    public void dropout(Matrix x, Dropout dropout, Matrix y) {
        elementwise.run(
                new Matrix[] {x},
                new Matrix[] {y},
                0,
                dropout,
                (in, out, n) -> Loops.multiply(in[0], in[1], out[0], n));
    }

    // ---- images

    @Override
    public void convolution(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        convolution.forward(x, shape, weight, bias, y);
    }

    @Override
    public void convolutionBackwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        convolution.backwardInput(dy, shape, weight, dx, beta);
    }

    @Override
    public void convolutionBackwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        convolution.backwardWeight(x, dy, shape, dWeight, beta);
    }

    @Override
    public void relu(Matrix x, Matrix y) {
        elementwise.run(new Matrix[] {x}, new Matrix[] {y}, 0, (in, out, n) -> Loops.keep(in[0], 1, out[0], n));
    }

    @Override
    public void maximum(Matrix x, ConvolutionShape shape, Matrix y) {
        pooling.maximum(x, shape, y);
    }

    @Override
    public void average(Matrix x, ConvolutionShape shape, Matrix y) {
        pooling.average(x, shape, y);
    }

    @Override
    public void groupNorm(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y) {
        groupNorm.forward(x, norm, weight, bias, moments, y);
    }

    @Override
    public void groupNormBackward(
            Matrix x,
            GroupNorm norm,
            Matrix weight,
            Matrix bias,
            Matrix moments,
            Matrix dy,
            Matrix dx,
            float beta,
            Matrix dWeight,
            Matrix dBias,
            float parameterBeta) {
        CpuGroupNorm.Gradients gradients = groupNorm.backward(x, norm, weight, bias, moments, dy, dx, beta);
        addTo(dWeight, gradients.weight(), parameterBeta);
        addTo(dBias, gradients.bias(), parameterBeta);
    }

    @Override
    public void upsample(Matrix x, int width, Matrix y) {
        int channels = x.columns();
        threads.split(x.rows() / width, Math.max(1, GRAIN / (4 * width * channels)), (from, to) -> {
            float[] pixel = new float[channels];
            float[] line = new float[2 * width * channels];
            for (int row = from; row < to; row++) {
                for (int i = 0; i < width; i++) {
                    load(x, row * width + i, pixel);
                    System.arraycopy(pixel, 0, line, 2 * i * channels, channels);
                    System.arraycopy(pixel, 0, line, (2 * i + 1) * channels, channels);
                }
                y.host().put(2 * row * line.length, line);
                y.host().put((2 * row + 1) * line.length, line);
            }
        });
    }

    @Override
    public void upsampleBackward(Matrix dy, int width, Matrix dx, float beta) {
        int channels = dx.columns();
        threads.split(dx.rows() / width, Math.max(1, GRAIN / (4 * width * channels)), (from, to) -> {
            float[] sum = new float[channels];
            float[] upper = new float[2 * width * channels];
            float[] lower = new float[upper.length];
            for (int row = from; row < to; row++) {
                dy.host().get(2 * row * upper.length, upper);
                dy.host().get((2 * row + 1) * lower.length, lower);
                Loops.accumulate(lower, upper, upper.length);
                for (int i = 0; i < width; i++) {
                    load(dx, row * width + i, sum);
                    Loops.addPair(upper, 2 * i * channels, beta, sum, channels);
                    store(dx, row * width + i, sum);
                }
            }
        });
    }

    // ---- attention

    @Override
    public void attention(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix probabilities,
            Matrix y) {
        attention.forward(q, k, v, batch, heads, sight, dropout, probabilities, y);
    }

    @Override
    public void attentionBackward(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix probabilities,
            Matrix dy,
            Matrix dq,
            Matrix dk,
            Matrix dv) {
        attention.backward(q, k, v, batch, heads, dropout, probabilities, dy, dq, dk, dv);
    }
}
