package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.CheckpointTensor;
import io.github.marspark.jobs.checkpoint.VectorTensors;
import io.github.marspark.jobs.checkpoint.VectorTensors.Slice;
import io.github.marspark.jobs.checkpoint.VectorTensors.Values;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.Sharding;
import io.github.marspark.model.optimization.DeviceOptimizer;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.tensor.CudaVectors;
import io.github.marspark.model.tensor.MatrixStorage;
import io.github.marspark.model.tensor.Storages;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * An optimiser on the GPU that computes the gradient. The vectors of the exchange are pinned memory that others' numbers
 * pass, chunk after chunk; a rank without others brings nothing to the host, and does its shard as one.
 */
final class DeviceShardOptimizer implements ShardOptimizer {
    private static final int PIECE = 1 << 28;

    private final Sharding sharding;
    private final int rank;
    private final CudaVectors vectors;
    private final DeviceOptimizer optimizer;
    private final FlatVector parameters;
    private final FlatVector gradient;
    private final MatrixStorage sums;

    /**
     * An optimiser before its first step.
     *
     * @param vectors of the kernels that compute
     * @param optimizer of the rank's shard
     * @param parameters of the whole network, where the exchange reads and writes them
     * @param gradient as long
     */
    DeviceShardOptimizer(
            Sharding sharding,
            int rank,
            CudaVectors vectors,
            DeviceOptimizer optimizer,
            FlatVector parameters,
            FlatVector gradient) {
        this.sharding = sharding;
        this.rank = rank;
        this.vectors = vectors;
        this.optimizer = optimizer;
        this.parameters = parameters;
        this.gradient = gradient;
        this.sums = vectors.sums(sharding.chunks(rank));
        if (!isAlone()) {
            vectors.pin(parameters.array());
            vectors.pin(gradient.array());
        }
    }

    private boolean isAlone() {
        return sharding.ranks() == 1;
    }

    private long from(int chunk) {
        return sharding.chunkFrom(rank, chunk);
    }

    private int length(int chunk) {
        return sharding.chunkLength(rank, chunk);
    }

    // ---- parameters of the exchange

    private void renew(long from, long to) {
        for (long at = from; at < to; at += PIECE) {
            vectors.renew(parameters.array(), optimizer.parameters(at, (int) Math.min(PIECE, to - at)));
        }
        vectors.await(); // the next numbers of others may come
    }

    @Override
    public void received() {
        renew(0, sharding.from(rank));
        renew(sharding.from(rank + 1), sharding.size());
    }

    private void show(int chunk) {
        vectors.fetch(optimizer.parameters(from(chunk), length(chunk)), parameters.array());
    }

    @Override
    public void showParameters() {
        for (int chunk = 0; chunk < sharding.chunks(rank); chunk++) {
            show(chunk);
        }
    }

    // ---- steps

    @Override
    public void startAverage() {
        renew(0, sharding.size());
        optimizer.startAverage();
    }

    @Override
    public void swapAverage(int chunk) {
        optimizer.swapAverage(from(chunk), length(chunk));
        show(chunk);
    }

    @Override
    public void measure(int chunk) {
        if (!isAlone()) {
            vectors.renew(gradient.array(), optimizer.gradient(from(chunk), length(chunk)));
            optimizer.measure(from(chunk), length(chunk), sums, chunk);
        } else if (chunk == 0) {
            optimizer.measure(0, Math.toIntExact(sharding.size()), sums, 0);
        }
    }

    @Override
    public double sumOfSquares() {
        return Arrays.stream(vectors.read(sums)).sum();
    }

    @Override
    public void update(int chunk, OptimizerStep step) {
        if (!isAlone()) {
            optimizer.update(from(chunk), length(chunk), step);
            show(chunk);
        } else if (chunk == 0) {
            optimizer.update(0, Math.toIntExact(sharding.size()), step);
        }
    }

    // ---- checkpoints

    @Override
    public VectorTensors tensors() {
        showParameters();
        return new VectorTensors(Map.of(
                CheckpointTensor.PARAMETERS,
                new Slice(parameters::part, sharding.from(rank), sharding.length(rank)),
                CheckpointTensor.AVERAGE,
                slice(optimizer.average()),
                CheckpointTensor.FIRST_MOMENT,
                slice(optimizer.firstMoment()),
                CheckpointTensor.SECOND_MOMENT,
                slice(optimizer.secondMoment())));
    }

    private static Slice slice(MatrixStorage vector) {
        Values read = (from, length) -> {
            float[] values = new float[length];
            vector.read(from, values, 0, length);
            return FloatBuffer.wrap(values);
        };
        return new Slice(read, 0, vector.length());
    }

    @Override
    public void restore(CheckpointReader checkpoint) {
        checkpoint.read(CheckpointTensor.PARAMETERS, 0, parameters);
        renew(0, sharding.size());
        restore(checkpoint, CheckpointTensor.AVERAGE, optimizer.average());
        restore(checkpoint, CheckpointTensor.FIRST_MOMENT, optimizer.firstMoment());
        restore(checkpoint, CheckpointTensor.SECOND_MOMENT, optimizer.secondMoment());
    }

    private void restore(CheckpointReader checkpoint, CheckpointTensor tensor, MatrixStorage vector) {
        FlatVector read = FlatVector.zeros(vector.length());
        checkpoint.read(tensor, sharding.from(rank), read);
        Storages.copy(MatrixStorage.of(read.array()), vector);
    }
}
