package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Launch;
import java.util.function.DoubleSupplier;

/** Losses on a GPU, of which nothing but their mean is brought to the host. */
final class CudaLosses implements Losses {
    /** Means that the host has not asked for yet, at most. */
    private static final int MOST = 1024;

    private final CudaOperations operations;
    private final CudaVectors vectors;
    private final MatrixStorage means;
    private int next;

    CudaLosses(CudaOperations operations, CudaVectors vectors) {
        this.operations = operations;
        this.vectors = vectors;
        this.means = vectors.sums(MOST);
    }

    @Override
    public DoubleSupplier diffusion(
            Matrix output, float[] clean, float[] noise, int[] timesteps, double[] table, Matrix gradient) {
        int rows = timesteps.length;
        Matrix first = brought(clean, rows);
        Matrix second = brought(noise, rows);
        Launch launch = operations
                .launch("diffusionLoss", output, first, second)
                .address(operations.gpu().put(timesteps))
                .address(operations.gpu().put(table));
        DoubleSupplier loss = mean(operations.view(launch, gradient), rows, clean.length / rows);
        operations.arena().release(second);
        operations.arena().release(first);
        return loss;
    }

    @Override
    public DoubleSupplier crossEntropy(Matrix logits, int[] ids, Matrix gradient) {
        Launch launch = operations
                .launch("crossEntropy", logits)
                .address(operations.gpu().put(ids));
        return mean(operations.view(launch, gradient), ids.length, logits.columns());
    }

    private Matrix brought(float[] values, int rows) {
        Matrix there = operations.arena().allocate(rows, values.length / rows);
        there.assign(values);
        return there;
    }

    /** Starts a kernel that gives each row a loss; then their mean. */
    private DoubleSupplier mean(Launch rowLosses, int rows, int columns) {
        Matrix ofRows = operations.scratch(rows, 2); // a number of float64 each
        int place = next++ % MOST;
        rowLosses.address(operations.address(ofRows)).integers(rows, columns).overRows(rows);
        operations
                .gpu()
                .launch("meanOfRows")
                .address(operations.address(ofRows))
                .address(vectors.address(means, place))
                .integers(rows)
                .overBlocks(1, 1);
        return () -> vectors.read(means, place);
    }
}
