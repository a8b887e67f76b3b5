package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.VectorTensors;
import io.github.marspark.model.optimization.OptimizerStep;

/**
 * AdamW and the moving average for the shard that a rank owns: moments and average of that shard only. Chunks are those of
 * the shard. Before the first step the average is {@linkplain #startAverage begun} or {@linkplain #restore restored}.
 */
interface ShardOptimizer {
    /** Takes all parameters from the vector of the exchange, and makes the moving average a copy of the shard's. */
    void startAverage();

    /**
     * Puts a chunk of the moving average where the parameters are, those of the exchange among them, and the parameters
     * where it is; twice changes no bit.
     */
    void swapAverage(int chunk);

    /** Sums up the squares of a chunk of the gradient, which is the sum of all ranks'. */
    void measure(int chunk);

    /** The sum of the squares of the shard's gradient. */
    double sumOfSquares();

    /** Moves a chunk of the parameters, for the exchange to send. */
    void update(int chunk, OptimizerStep step);

    /** All other ranks' parameters are in the vector of the exchange. */
    void received();

    /** Makes the vector of the exchange hold all parameters as they are. */
    void showParameters();

    /** What a checkpoint holds of this shard. */
    VectorTensors tensors();

    /** Takes all parameters, and this shard's moments and average, from a checkpoint. */
    void restore(CheckpointReader checkpoint);
}
