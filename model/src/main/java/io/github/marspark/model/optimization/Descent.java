package io.github.marspark.model.optimization;

import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.Threads;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Descends the gradient of all parameters of a network in one process, step by step: clipping by the norm, AdamW at the
 * step's learning rate, a moving average where one is asked for. Not thread-safe.
 */
public final class Descent {
    private static final int GRAIN = 1 << 16;

    private final ParameterLayout layout;
    private final AdamW optimizer;
    private final LearningRate learningRate;
    private final GradientClipping clipping;
    private final @Nullable ExponentialMovingAverage averaging;
    private final INDArray average;
    private final OptimizerState state;
    private long number;

    /**
     * What a step did.
     *
     * @param number of the step, from 0
     * @param gradientNorm before clipping
     * @param learningRate of the step
     */
    public record Step(long number, double gradientNorm, double learningRate) {}

    private Descent(
            Parameters parameters,
            AdamW optimizer,
            LearningRate learningRate,
            GradientClipping clipping,
            @Nullable ExponentialMovingAverage averaging) {
        this.layout = parameters.layout();
        this.optimizer = optimizer;
        this.learningRate = learningRate;
        this.clipping = clipping;
        this.averaging = averaging;
        this.average =
                averaging == null ? parameters.values() : parameters.values().dup();
        int size = Math.toIntExact(layout.size());
        this.state = new OptimizerState(
                buffer(parameters.values()),
                buffer(parameters.gradients()),
                FloatBuffer.allocate(size),
                FloatBuffer.allocate(size),
                averaging == null ? null : buffer(average));
    }

    /** A descent from the parameters' present values. */
    public static Descent of(
            Parameters parameters, AdamW optimizer, LearningRate learningRate, GradientClipping clipping) {
        return new Descent(parameters, optimizer, learningRate, clipping, null);
    }

    /** A descent from the parameters' present values that averages them. */
    public static Descent averaging(
            Parameters parameters,
            AdamW optimizer,
            LearningRate learningRate,
            GradientClipping clipping,
            ExponentialMovingAverage averaging) {
        return new Descent(parameters, optimizer, learningRate, clipping, averaging);
    }

    private static FloatBuffer buffer(INDArray vector) {
        return vector.data().asNioFloat();
    }

    /** Number of the next step, from 0. */
    public long number() {
        return number;
    }

    /** The moving average of the parameters, which steps change; the parameters themselves if none is taken. */
    public INDArray average() {
        return average;
    }

    /**
     * Forgets what earlier steps saw of some values, which then begin anew: their moments become 0, and their moving average
     * what they are now.
     *
     * @param offset of the first value
     * @param length how many
     */
    public void forget(int offset, int length) {
        state.forget(offset, length);
    }

    /**
     * Moves the parameters against their gradients.
     *
     * @param loss whose gradients they are
     * @throws IllegalStateException if the loss is no number any more
     */
    public Step descend(double loss, Threads threads) {
        int size = state.gradient().limit();
        double norm = GradientClipping.norm(GradientClipping.sumOfSquares(state.gradient(), 0, size));
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new IllegalStateException("the loss of step " + number + " is " + loss + " and its gradient's norm "
                    + norm + ": the training diverged, lower the learning rate");
        }
        double rate = learningRate.at(number);
        double averageRate = averaging == null ? 0 : averaging.at(number);
        OptimizerStep change = new OptimizerStep(number, rate, clipping.coefficient(norm), averageRate);
        threads.split(size, GRAIN, (from, to) -> update(from, to, change));
        return new Step(number++, norm, rate);
    }

    /** Updates the values {@code from} to {@code to}, each array by its own rule of weight decay. */
    private void update(int from, int to, OptimizerStep change) {
        List<ParameterSpec> specs = layout.specs();
        for (int i = 0; i < specs.size(); i++) {
            int start = Math.max(from, Math.toIntExact(layout.offset(i)));
            int end = Math.min(to, Math.toIntExact(layout.offset(i + 1)));
            if (start < end) {
                WeightDecayRule rule =
                        WeightDecayRule.of(specs.get(i).name(), specs.get(i).shape().length);
                optimizer.update(state, start, end - start, rule, change);
            }
        }
    }
}
