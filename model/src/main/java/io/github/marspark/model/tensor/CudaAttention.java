package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Gpu;
import java.util.Arrays;

/**
 * Attention on a GPU that keeps no probabilities: a batch of products makes the scores of all heads of some samples, a
 * kernel their softmax with dropout, another batch what multiplies the values. The way back makes the scores once more,
 * and what was dropped from its hash. Products stay with cuBLAS, whose tensor cores are several times as fast as what a
 * kernel of plain C reaches.
 */
final class CudaAttention {
    /** Scores at a time: 1 GiB. */
    private static final int MOST_VALUES = 1 << 28;

    private final CudaOperations operations;
    private final Gpu gpu;

    CudaAttention(CudaOperations operations) {
        this.operations = operations;
        this.gpu = operations.gpu();
    }

    /** All heads of the samples {@code from} (inclusive) to {@code to} (exclusive). */
    private final class Part {
        private final int batch;
        private final int heads;
        private final int from;
        private final int to;
        private final Matrix q;
        private final Matrix k;
        private final Matrix v;
        private final int queries;
        private final int keys;
        private final int width;

        Part(Matrix q, Matrix k, Matrix v, int batch, int heads, int from, int to) {
            this.batch = batch;
            this.heads = heads;
            this.from = from;
            this.to = to;
            this.q = samples(q, batch, from, to);
            this.k = samples(k, batch, from, to);
            this.v = samples(v, batch, from, to);
            this.queries = q.rows() / batch;
            this.keys = k.rows() / batch;
            this.width = q.columns() / heads;
        }

        int tasks() {
            return (to - from) * heads;
        }

        Matrix scores() {
            return operations.arena().allocate(tasks() * queries, keys);
        }

        /** The rows of these samples. */
        Matrix own(Matrix all) {
            return samples(all, batch, from, to);
        }

        /** The address of each head of each sample of a matrix {@code (B T, D)}. */
        private void heads(Matrix matrix, long[] addresses, int at) {
            int rows = matrix.rows() / (to - from);
            long start = operations.address(matrix);
            for (int task = 0; task < tasks(); task++) {
                long values = task / heads * (rows * matrix.stride()) + (long) task % heads * width;
                addresses[at + task] = start + values * Float.BYTES;
            }
        }

        /** The address of each task's scores. */
        private void scores(Matrix scores, long[] addresses, int at) {
            long start = operations.address(scores);
            for (int task = 0; task < tasks(); task++) {
                addresses[at + task] = start + (long) task * queries * keys * Float.BYTES;
            }
        }

        /** {@code scores = a b'} for pairs of queries and keys, or what has their shapes. */
        void score(Matrix[] a, Matrix[] b, Matrix[] scores) {
            int count = a.length * tasks();
            long[] addresses = new long[3 * count];
            for (int i = 0; i < a.length; i++) {
                heads(a[i], addresses, i * tasks());
                heads(b[i], addresses, count + i * tasks());
                scores(scores[i], addresses, 2 * count + i * tasks());
            }
            gpu.multiplyAll(addresses, strided(a[0], false), strided(b[0], true), dense(false), queries, keys, width);
        }

        /** {@code y = scores v}. */
        void weigh(Matrix scores, Matrix values, Matrix y) {
            long[] addresses = new long[3 * tasks()];
            scores(scores, addresses, 0);
            heads(values, addresses, tasks());
            heads(y, addresses, 2 * tasks());
            gpu.multiplyAll(addresses, dense(false), strided(values, false), strided(y, false), queries, width, keys);
        }

        /** {@code y = scores' x}, for pairs. */
        void weighBack(Matrix[] scores, Matrix[] x, Matrix[] y) {
            int count = x.length * tasks();
            long[] addresses = new long[3 * count];
            for (int i = 0; i < x.length; i++) {
                scores(scores[i], addresses, i * tasks());
                heads(x[i], addresses, count + i * tasks());
                heads(y[i], addresses, 2 * count + i * tasks());
            }
            gpu.multiplyAll(addresses, dense(true), strided(x[0], false), strided(y[0], false), keys, width, queries);
        }

        private Gpu.Operand strided(Matrix matrix, boolean turned) {
            return new Gpu.Operand(0, matrix.stride(), turned);
        }

        private Gpu.Operand dense(boolean turned) {
            return new Gpu.Operand(0, keys, turned);
        }

        void softmax(String kernel, Sight sight, Dropout dropout, Matrix... scores) {
            var launch = gpu.launch(kernel);
            for (Matrix some : scores) {
                launch.address(operations.address(some));
            }
            operations
                    .drop(launch, dropout, (long) heads * queries)
                    .real((float) (1 / Math.sqrt(width)))
                    .integers(sight == Sight.UP_TO_ITSELF ? 1 : 0, from, tasks() * queries, keys)
                    .overRows((long) tasks() * queries);
        }
    }

    private static Matrix samples(Matrix matrix, int batch, int from, int to) {
        int rows = matrix.rows() / batch;
        return matrix.rows(from * rows, to * rows);
    }

    /** Samples whose scores fit the piece of memory. */
    static int samplesAtOnce(Matrix q, Matrix k, int batch, int heads) {
        long scores = (long) heads * (q.rows() / batch) * (k.rows() / batch);
        return (int) Math.max(1, Math.min(batch, MOST_VALUES / scores));
    }

    void forward(Matrix q, Matrix k, Matrix v, int batch, int heads, Sight sight, Dropout dropout, Matrix y) {
        int most = samplesAtOnce(q, k, batch, heads);
        for (int from = 0; from < batch; from += most) {
            Part part = new Part(q, k, v, batch, heads, from, Math.min(batch, from + most));
            Matrix scores = part.scores();
            part.score(new Matrix[] {part.q}, new Matrix[] {part.k}, new Matrix[] {scores});
            part.softmax("softmax", sight, dropout, scores);
            part.weigh(scores, part.v, part.own(y));
            operations.arena().release(scores);
        }
    }

    void backward(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix dy,
            Matrix dq,
            Matrix dk,
            Matrix dv) {
        int most = samplesAtOnce(q, k, batch, heads);
        for (int from = 0; from < batch; from += most) {
            Part part = new Part(q, k, v, batch, heads, from, Math.min(batch, from + most));
            backward(part, sight, dropout, part.own(dy), part.own(dq), part.own(dk), part.own(dv));
        }
    }

    private void backward(Part part, Sight sight, Dropout dropout, Matrix dy, Matrix dq, Matrix dk, Matrix dv) {
        Matrix weights = part.scores();
        Matrix gradient = part.scores();
        Matrix spread = operations.arena().allocate(dy.rows(), Math.toIntExact(part.q.stride()));
        Matrix dOut = like(dy, part.q, spread);
        pairs(part.k, part.v, dOut, part.q)
                .forEach((a, b) -> part.score(
                        pick(a, b, part.q, dOut), pick(a, b, part.k, part.v), pick(a, b, weights, gradient)));
        part.softmax("softmaxBackward", sight, dropout, weights, gradient);
        part.weigh(gradient, part.k, dq);
        pairs(dk, dv, dOut, part.q)
                .forEach((a, b) ->
                        part.weighBack(pick(a, b, gradient, weights), pick(a, b, part.q, dOut), pick(a, b, dk, dv)));
        operations.arena().release(spread);
        operations.arena().release(gradient);
        operations.arena().release(weights);
    }

    /** The gradient with the queries' stride, so that one batch of products can read both. */
    private Matrix like(Matrix dy, Matrix q, Matrix spread) {
        if (dy.stride() == q.stride()) {
            return dy;
        }
        Matrix copy = spread.columns(0, dy.columns());
        CudaOperations.overValues(operations.launch("copy", dy, copy).real(0), dy);
        return copy;
    }

    /** Two batches of products as one where their strides agree, else one after the other. */
    @FunctionalInterface
    private interface Ranges {
        void forEach(Range work);
    }

    /** Work on some of a pair. */
    @FunctionalInterface
    private interface Range {
        void run(int from, int to);
    }

    private static Ranges pairs(Matrix right, Matrix otherRight, Matrix left, Matrix otherLeft) {
        boolean together = right.stride() == otherRight.stride() && left.stride() == otherLeft.stride();
        return work -> {
            if (together) {
                work.run(0, 2);
            } else {
                work.run(0, 1);
                work.run(1, 2);
            }
        };
    }

    private static Matrix[] pick(int from, int to, Matrix first, Matrix second) {
        return Arrays.copyOfRange(new Matrix[] {first, second}, from, to);
    }
}
