package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.CheckpointTensor;
import io.github.marspark.jobs.checkpoint.VectorTensors;
import io.github.marspark.jobs.checkpoint.VectorTensors.Slice;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.Sharding;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.OptimizerState;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.optimization.WeightDecayRule;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.Threads;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * An optimiser on the processor, whose vectors are those of the exchange. Results do not depend on the number of threads.
 */
final class HostShardOptimizer implements ShardOptimizer {
    private static final int GRAIN = 1 << 15;

    private final Sharding sharding;
    private final int rank;
    private final ParameterLayout layout;
    private final AdamW adamW;
    private final FlatVector parameters;
    private final FlatVector gradient;
    private final FlatVector average;
    private final FlatVector first;
    private final FlatVector second;
    private final Threads threads;
    private final double[] squares;

    /**
     * An optimiser before its first step, whose average is {@linkplain #startAverage begun} or {@linkplain #restore
     * restored} before that.
     *
     * @param layout names and places of all parameters
     * @param parameters of the whole network, of which it moves the shard
     * @param gradient as long
     */
    HostShardOptimizer(
            Sharding sharding,
            int rank,
            AdamW adamW,
            ParameterLayout layout,
            FlatVector parameters,
            FlatVector gradient,
            Threads threads) {
        this.sharding = sharding;
        this.rank = rank;
        this.layout = layout;
        this.adamW = adamW;
        this.parameters = parameters;
        this.gradient = gradient;
        this.average = FlatVector.zeros(sharding.length(rank));
        this.first = FlatVector.zeros(sharding.length(rank));
        this.second = FlatVector.zeros(sharding.length(rank));
        this.threads = threads;
        this.squares = new double[sharding.chunks(rank)];
    }

    @Override
    public void startAverage() {
        for (int chunk = 0; chunk < squares.length; chunk++) {
            int length = sharding.chunkLength(rank, chunk);
            average.part(offset(chunk), length).put(parameters.part(sharding.chunkFrom(rank, chunk), length));
        }
    }

    @Override
    public void swapAverage(int chunk) {
        int length = sharding.chunkLength(rank, chunk);
        FloatBuffer ofParameters = parameters.part(sharding.chunkFrom(rank, chunk), length);
        FloatBuffer ofAverage = average.part(offset(chunk), length);
        float[] kept = new float[length];
        ofParameters.get(0, kept);
        ofParameters.put(0, ofAverage, 0, length);
        ofAverage.put(0, kept);
    }

    /** Where a chunk begins within the shard. */
    private long offset(int chunk) {
        return sharding.chunkFrom(rank, chunk) - sharding.from(rank);
    }

    @Override
    public void measure(int chunk) {
        int length = sharding.chunkLength(rank, chunk);
        var values = gradient.part(sharding.chunkFrom(rank, chunk), length);
        double[] sums = new double[(length + GRAIN - 1) / GRAIN];
        threads.split(sums.length, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                int start = i * GRAIN;
                sums[i] = GradientClipping.sumOfSquares(values, start, Math.min(GRAIN, length - start));
            }
        });
        squares[chunk] = Arrays.stream(sums).sum();
    }

    @Override
    public double sumOfSquares() {
        return Arrays.stream(squares).sum();
    }

    @Override
    public void update(int chunk, OptimizerStep step) {
        int length = sharding.chunkLength(rank, chunk);
        long begin = sharding.chunkFrom(rank, chunk);
        OptimizerState state = new OptimizerState(
                parameters.part(begin, length),
                gradient.part(begin, length),
                first.part(offset(chunk), length),
                second.part(offset(chunk), length),
                average.part(offset(chunk), length));
        for (int array = arrayAt(begin);
                array < layout.specs().size() && layout.offset(array) < begin + length;
                array++) {
            ParameterSpec spec = layout.specs().get(array);
            int from = (int) Math.max(0, layout.offset(array) - begin);
            int to = (int) Math.min(length, layout.offset(array) + spec.size() - begin);
            WeightDecayRule rule = WeightDecayRule.of(spec.name(), spec.shape().length);
            threads.split(to - from, GRAIN, (start, end) -> adamW.update(state, from + start, end - start, rule, step));
        }
    }

    @Override
    public void received() {
        // the exchange has written them where they are read
    }

    @Override
    public void showParameters() {
        // they are there
    }

    /** Which array holds a value of the flat vector. */
    private int arrayAt(long index) {
        int low = 0;
        int high = layout.specs().size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (layout.offset(middle) <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public VectorTensors tensors() {
        return new VectorTensors(Map.of(
                CheckpointTensor.PARAMETERS,
                new Slice(parameters::part, sharding.from(rank), sharding.length(rank)),
                CheckpointTensor.AVERAGE,
                Slice.all(average),
                CheckpointTensor.FIRST_MOMENT,
                Slice.all(first),
                CheckpointTensor.SECOND_MOMENT,
                Slice.all(second)));
    }

    @Override
    public void restore(CheckpointReader checkpoint) {
        checkpoint.read(CheckpointTensor.PARAMETERS, 0, parameters);
        checkpoint.read(CheckpointTensor.AVERAGE, sharding.from(rank), average);
        checkpoint.read(CheckpointTensor.FIRST_MOMENT, sharding.from(rank), first);
        checkpoint.read(CheckpointTensor.SECOND_MOMENT, sharding.from(rank), second);
    }
}
