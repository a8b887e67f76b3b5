package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.Kernels.Operand;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The attention of {@link CpuKernels}: some heads of a sample at a time.
 *
 * <p>Scores lie with a key a row and the queries of those heads side by side, so that what softmax needs to know of all
 * keys are sums of long rows, which the JIT vectorises. A probability that dropout takes away is kept with its sign
 * turned, so that the way back need not draw again.
 *
 * <p>Legend: {@code T} queries and {@code U} keys a sample, {@code H} heads of {@code d} values, {@code G} of them at a
 * time.
 */
final class CpuAttention {
    /** Values of a row that is worth a loop of its own, about. */
    private static final int WIDTH = 512;

    /** Tasks to make if there are heads enough; no result depends on the number of threads. */
    private static final int TASKS = 8;

    private final CpuKernels kernels;

    CpuAttention(CpuKernels kernels) {
        this.kernels = kernels;
    }

    /** How the work is cut: {@code together} heads of a sample, or what is left of them, are a task. */
    private record Cut(int batch, int heads, int together, int queries, int keys, int headWidth) {
        static Cut of(Matrix q, Matrix k, int batch, int heads) {
            int queries = q.rows() / batch;
            int wanted = Math.max(1, Math.min(WIDTH / queries, batch * heads / TASKS));
            int tasks = (heads + wanted - 1) / wanted;
            int together = (heads + tasks - 1) / tasks;
            return new Cut(batch, heads, together, queries, k.rows() / batch, q.columns() / heads);
        }

        int tasksPerSample() {
            return (heads + together - 1) / together;
        }

        int width() {
            return together * queries;
        }
    }

    void forward(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix probabilities,
            Matrix y) {
        Cut cut = Cut.of(q, k, batch, heads);
        run(cut, dropout, (task, scratch) -> {
            Matrix p = task.probabilities(probabilities);
            for (int i = 0; i < task.count; i++) {
                Matrix scores = task.columns(p, i); // (U, T)
                CpuKernels.blas(
                        task.head(k, i),
                        Operand.PLAIN,
                        task.head(q, i),
                        Operand.TRANSPOSED,
                        scores,
                        cut.headWidth,
                        task.scale(),
                        0);
            }
            scratch.softmax(p, sight);
            Matrix weights = scratch.drop(p, task);
            for (int i = 0; i < task.count; i++) {
                Matrix out = task.head(y, i); // (T, d)
                CpuKernels.blas(
                        task.columns(weights, i),
                        Operand.TRANSPOSED,
                        task.head(v, i),
                        Operand.PLAIN,
                        out,
                        cut.keys,
                        1,
                        0);
            }
        });
    }

    /** With w the weights that multiplied v: dv = w dy, ds = w dw - p (sum over keys of w dw), dq = ds^T k, dk = ds q. */
    void backward(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Dropout dropout,
            Matrix probabilities,
            Matrix dy,
            Matrix dq,
            Matrix dk,
            Matrix dv) {
        Cut cut = Cut.of(q, k, batch, heads);
        run(cut, dropout, (task, scratch) -> {
            Matrix gradient = task.scores(scratch.gradient);
            for (int i = 0; i < task.count; i++) {
                Matrix dw = task.columns(gradient, i); // (U, T)
                CpuKernels.blas(
                        task.head(v, i), Operand.PLAIN, task.head(dy, i), Operand.TRANSPOSED, dw, cut.headWidth, 1, 0);
            }
            Matrix weights = task.scores(scratch.weights);
            scratch.softmaxBackward(task.probabilities(probabilities), weights, gradient);
            for (int i = 0; i < task.count; i++) {
                Matrix w = task.columns(weights, i);
                Matrix ds = task.columns(gradient, i);
                CpuKernels.blas(w, Operand.PLAIN, task.head(dy, i), Operand.PLAIN, task.head(dv, i), cut.queries, 1, 0);
                CpuKernels.blas(
                        ds,
                        Operand.TRANSPOSED,
                        task.head(k, i),
                        Operand.PLAIN,
                        task.head(dq, i),
                        cut.keys,
                        task.scale(),
                        0);
                CpuKernels.blas(
                        ds,
                        Operand.PLAIN,
                        task.head(q, i),
                        Operand.PLAIN,
                        task.head(dk, i),
                        cut.queries,
                        task.scale(),
                        0);
            }
        });
    }

    /** What is done to the heads of a task. */
    @FunctionalInterface
    private interface Work {
        void run(Task task, Scratch scratch);
    }

    private void run(Cut cut, Dropout dropout, Work work) {
        int threads = kernels.threads().count();
        Matrix memory = kernels.allocate(threads, (2 * cut.keys + 1) * cut.width());
        AtomicInteger used = new AtomicInteger();
        kernels.threads().split(cut.batch * cut.tasksPerSample(), 1, (from, to) -> {
            int own = used.getAndIncrement();
            Scratch scratch = new Scratch(cut, dropout, memory.rows(own, own + 1));
            for (int task = from; task < to; task++) {
                work.run(new Task(cut, task), scratch);
            }
        });
        kernels.release(memory);
    }

    /** Some heads of a sample, and where they lie. */
    private static final class Task {
        private final Cut cut;
        private final int sample;
        private final int first;
        private final int count;

        Task(Cut cut, int index) {
            this.cut = cut;
            this.sample = index / cut.tasksPerSample();
            this.first = index % cut.tasksPerSample() * cut.together;
            this.count = Math.min(cut.together, cut.heads - first);
        }

        float scale() {
            return (float) (1 / Math.sqrt(cut.headWidth));
        }

        /** The i-th head's part of queries, keys or values {@code (B T, H d)}. */
        Matrix head(Matrix all, int i) {
            int rows = all.rows() / cut.batch;
            int column = (first + i) * cut.headWidth;
            return all.rows(sample * rows, (sample + 1) * rows).columns(column, column + cut.headWidth);
        }

        /** The heads' part of the probabilities {@code (B H T, U)}, as {@code (U, G T)}. */
        Matrix probabilities(Matrix all) {
            int start = (sample * cut.heads + first) * cut.queries;
            return all.rows(start, start + count * cut.queries).reshape(cut.keys, count * cut.queries);
        }

        /** As much of a thread's scratch as the heads need, as {@code (U, G T)}. */
        Matrix scores(Matrix scratch) {
            int width = count * cut.queries;
            return scratch.columns(0, cut.keys * width).reshape(cut.keys, width);
        }

        /** The i-th head's part of scores {@code (U, G T)}. */
        Matrix columns(Matrix scores, int i) {
            return scores.columns(i * cut.queries, (i + 1) * cut.queries);
        }
    }

    /** One thread's memory, and the loops over it, a key at a time. */
    private static final class Scratch {
        private final Cut cut;
        private final Dropout dropout;
        private final Matrix weights;
        private final Matrix gradient;
        private final Matrix swap;
        private final int[] steps;
        private final float[] ofQueries;
        private final float[] sums;
        private final float[] values;
        private final float[] others;
        private final int[] bits;

        Scratch(Cut cut, Dropout dropout, Matrix memory) {
            this.cut = cut;
            this.dropout = dropout;
            int size = cut.keys * cut.width();
            this.weights = memory.columns(0, size);
            this.gradient = memory.columns(size, 2 * size);
            this.swap = memory.columns(2 * size, 2 * size + cut.width());
            this.steps = new int[cut.width()];
            Arrays.setAll(steps, query -> query * cut.keys * Dropout.STEP);
            this.ofQueries = new float[cut.width()];
            this.sums = new float[cut.width()];
            this.values = new float[cut.width()];
            this.others = new float[cut.width()];
            this.bits = new int[cut.width()];
        }

        /** Scores {@code (U, G T)} become probabilities, over the keys that are seen. */
        void softmax(Matrix scores, Sight sight) {
            int n = scores.columns();
            Arrays.fill(ofQueries, Float.NEGATIVE_INFINITY);
            for (int key = 0; key < cut.keys; key++) {
                CpuKernels.load(scores, key, values);
                hide(key, n, sight, Float.NEGATIVE_INFINITY);
                Loops.max(values, ofQueries, n);
            }
            Arrays.fill(sums, 0);
            for (int key = 0; key < cut.keys; key++) {
                CpuKernels.load(scores, key, values);
                exp(n);
                hide(key, n, sight, 0);
                Loops.accumulate(values, sums, n);
                CpuKernels.store(scores, key, values);
            }
            Loops.reciprocal(sums, n);
            for (int key = 0; key < cut.keys; key++) {
                CpuKernels.load(scores, key, values);
                Loops.multiply(values, sums, values, n);
                CpuKernels.store(scores, key, values);
            }
        }

        /** Sets the values of the queries before a key, which do not see it. */
        private void hide(int key, int n, Sight sight, float value) {
            if (sight == Sight.UP_TO_ITSELF) {
                for (int head = 0; head < n; head += cut.queries) {
                    Arrays.fill(values, head, head + key, value);
                }
            }
        }

        /** values = exp(values - ofQueries). */
        private void exp(int n) {
            Loops.exp(values, ofQueries, others, n);
            swap.host().put(0, others, 0, n);
            swap.hostBits().get(0, bits, 0, n);
            Loops.powersOfTwo(bits, n);
            swap.hostBits().put(0, bits, 0, n);
            swap.host().get(0, others, 0, n);
            Loops.multiply(values, others, values, n);
        }

        /** Turns the signs of what is dropped and returns the weights that are left; p itself without dropout. */
        Matrix drop(Matrix p, Task task) {
            if (dropout.isNone()) {
                return p;
            }
            Matrix kept = task.scores(weights);
            int n = p.columns();
            for (int key = 0; key < cut.keys; key++) {
                int start = (task.first * cut.queries * cut.keys + key) * Dropout.STEP;
                p.hostBits().get(key * n, bits, 0, n);
                Loops.turnSigns(bits, steps, n, dropout.keys()[task.sample], start, dropout.threshold());
                p.hostBits().put(key * n, bits, 0, n);
                CpuKernels.load(p, key, values);
                Loops.keep(values, dropout.scale(), values, n);
                CpuKernels.store(kept, key, values);
            }
            return kept;
        }

        /** From p and dw in {@code gradient} the weights w and, in the place of dw, ds. */
        void softmaxBackward(Matrix p, Matrix w, Matrix dw) {
            int n = p.columns();
            Arrays.fill(sums, 0);
            for (int key = 0; key < cut.keys; key++) {
                CpuKernels.load(p, key, values);
                Loops.keep(values, dropout.scale(), values, n);
                CpuKernels.store(w, key, values);
                CpuKernels.load(dw, key, others);
                Loops.multiply(values, others, others, n);
                Loops.accumulate(others, sums, n);
                CpuKernels.store(dw, key, others);
            }
            for (int key = 0; key < cut.keys; key++) {
                CpuKernels.load(p, key, values);
                CpuKernels.load(dw, key, others);
                Loops.subtractShare(values, sums, others, n);
                CpuKernels.store(dw, key, others);
            }
        }
    }
}
