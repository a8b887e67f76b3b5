package io.github.marspark.model.tensor;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** The operations of {@link CpuKernels} that go element by element, over blocks that are copied to the heap. */
final class CpuElementwise {
    /** Values a block, three of which fit in a first-level cache. */
    private static final int BLOCK = 2048;

    private final Threads threads;

    CpuElementwise(Threads threads) {
        this.threads = threads;
    }

    /** What is done to one block: inputs and outputs hold {@code n} values each. */
    @FunctionalInterface
    interface Block {
        void run(float[][] in, float[][] out, int n);
    }

    /** Runs a block operation over matrices of one size; flat where none has gaps, else row by row. */
    void run(Matrix[] in, Matrix[] out, float beta, Block block) {
        run(in, out, beta, Dropout.NONE, block);
    }

    /** The same, where the block finds what dropout multiplies its elements by behind its inputs. */
    void run(Matrix[] in, Matrix[] out, float beta, Dropout dropout, Block block) {
        Matrix shape = out[0];
        boolean flat = contiguous(in) && contiguous(out);
        int rows = flat ? 1 : shape.rows();
        int columns = flat ? Math.toIntExact(shape.size()) : shape.columns();
        int length = flat ? columns : rows;
        int grain = flat ? CpuKernels.GRAIN : Math.max(1, CpuKernels.GRAIN / columns);
        threads.split(length, grain, (from, to) -> {
            Blocks blocks = new Blocks(in, out, beta, new CpuDropout(dropout, shape.size(), BLOCK), block);
            if (flat) {
                blocks.row(0, from, to);
            } else {
                for (int row = from; row < to; row++) {
                    blocks.row(row, 0, columns);
                }
            }
        });
    }

    private static boolean contiguous(Matrix[] matrices) {
        for (Matrix matrix : matrices) {
            if (!matrix.isContiguous()) {
                return false;
            }
        }
        return true;
    }

    /** One thread's scratch. */
    private static final class Blocks {
        private final Matrix[] in;
        private final Matrix[] out;
        private final float beta;
        private final CpuDropout dropout;
        private final Block block;
        private final float[][] inputs;
        private final float[][] outputs;
        private final float[] before = new float[BLOCK];

        Blocks(Matrix[] in, Matrix[] out, float beta, CpuDropout dropout, Block block) {
            this.in = in;
            this.out = out;
            this.beta = beta;
            this.dropout = dropout;
            this.block = block;
            this.inputs = new float[in.length + 1][];
            Arrays.setAll(inputs, i -> i < in.length ? new float[BLOCK] : dropout.factors());
            this.outputs = new float[out.length][BLOCK];
        }

        void row(int row, int from, int to) {
            int n;
            for (int start = from; start < to; start += n) {
                n = dropout.upTo((long) row * out[0].columns() + start, Math.min(BLOCK, to - start));
                for (int i = 0; i < in.length; i++) {
                    in[i].host().get((int) (row * in[i].stride()) + start, inputs[i], 0, n);
                }
                block.run(inputs, outputs, n);
                for (int i = 0; i < out.length; i++) {
                    store(out[i].host(), (int) (row * out[i].stride()) + start, outputs[i], n);
                }
            }
        }

        private void store(FloatBuffer target, int index, float[] values, int n) {
            if (beta != 0) {
                target.get(index, before, 0, n);
                Loops.accumulate(before, values, n);
            }
            target.put(index, values, 0, n);
        }
    }
}
