package io.github.marspark.model.optimization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.CudaVectors;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.MatrixStorage;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard that begins and ends within arrays, beside {@link AdamW} on the processor. */
class DeviceOptimizerTest {
    private static final AdamW ADAM_W = new AdamW(0.9, 0.95, 1e-8, 0.5);
    private static final ParameterLayout LAYOUT = new ParameterLayout(List.of(
            spec("first.bias", 13),
            spec("first.weight", 7, 11),
            spec("second.weight", 3, 5),
            spec("second.bias", 29),
            spec("last.weight", 600, 17),
            spec("last.bias", 5)));
    private static final int SIZE = Math.toIntExact(LAYOUT.size());
    private static final int BEGIN = 40;
    private static final int LENGTH = SIZE - BEGIN - 9;

    private CudaKernels kernels;
    private CudaVectors vectors;
    private MatrixStorage parameters;
    private MatrixStorage gradient;
    private DeviceOptimizer optimizer;

    private static ParameterSpec spec(String name, int... shape) {
        return new ParameterSpec(name, shape, Initialization.ZEROS);
    }

    @BeforeEach
    void open() {
        kernels = EveryKernels.ofGpu();
        vectors = kernels.vectors();
        parameters = vectors.zeros(SIZE);
        gradient = vectors.zeros(SIZE);
        parameters.write(0, random(0), 0, SIZE);
        optimizer = new DeviceOptimizer(vectors, ADAM_W, LAYOUT, parameters, gradient, BEGIN, LENGTH);
        optimizer.startAverage();
    }

    @AfterEach
    void close() {
        kernels.close();
    }

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] values(MatrixStorage vector) {
        float[] values = new float[(int) vector.length()];
        vector.read(0, values, 0, values.length);
        return values;
    }

    /** What the processor's optimiser makes of the same, one array after another. */
    private static OptimizerState onProcessor(int steps) {
        OptimizerState state = new OptimizerState(
                FloatBuffer.wrap(random(0)),
                FloatBuffer.allocate(SIZE),
                FloatBuffer.allocate(SIZE),
                FloatBuffer.allocate(SIZE),
                FloatBuffer.wrap(random(0)));
        for (int step = 0; step < steps; step++) {
            state.gradient().put(0, random(1 + step));
            for (int i = 0; i < LAYOUT.specs().size(); i++) {
                ParameterSpec spec = LAYOUT.specs().get(i);
                int from = Math.max(BEGIN, (int) LAYOUT.offset(i));
                int to = Math.min(BEGIN + LENGTH, (int) LAYOUT.offset(i + 1));
                WeightDecayRule rule = WeightDecayRule.of(spec.name(), spec.shape().length);
                ADAM_W.update(state, from, Math.max(0, to - from), rule, step(step));
            }
        }
        return state;
    }

    private static OptimizerStep step(int number) {
        return new OptimizerStep(number, 1e-2 * (number + 1), 0.25, 0.9);
    }

    /** Each of a step's some ten roundings is of at most 2⁻²⁴ of numbers below 8. */
    @Test
    void aShardMovesAsOnTheProcessorAndNothingElseDoes() {
        int steps = 3;
        for (int step = 0; step < steps; step++) {
            gradient.write(0, random(1 + step), 0, SIZE);
            optimizer.update(BEGIN, 100, step(step));
            optimizer.update(BEGIN + 100, LENGTH - 100, step(step));
        }
        float limit = (float) (steps * 10 * 8 * Math.pow(2, -24));
        OptimizerState expected = onProcessor(steps);
        assertThat(values(parameters)).containsExactly(expected.parameters().array(), within(limit));
        assertThat(values(optimizer.firstMoment())).containsExactly(shard(expected.firstMoment()), within(limit));
        assertThat(values(optimizer.secondMoment())).containsExactly(shard(expected.secondMoment()), within(limit));
        assertThat(values(optimizer.average()))
                .containsExactly(shard(Objects.requireNonNull(expected.average())), within(limit));
    }

    private static float[] shard(FloatBuffer vector) {
        float[] values = new float[LENGTH];
        vector.get(BEGIN, values);
        return values;
    }

    /** A sum in float64, whose roundings are 2⁻⁵³ each of what is added up. */
    @Test
    void sumsOfSquaresAreThoseOfTheProcessor() {
        float[] values = random(7);
        gradient.write(0, values, 0, SIZE);
        MatrixStorage sums = vectors.sums(2);
        optimizer.measure(BEGIN, LENGTH, sums, 1);
        optimizer.measure(0, 3, sums, 0);
        double[] found = vectors.read(sums);
        double all = GradientClipping.sumOfSquares(FloatBuffer.wrap(values), BEGIN, LENGTH);
        double few = GradientClipping.sumOfSquares(FloatBuffer.wrap(values), 0, 3);
        assertThat(found[0]).isCloseTo(few, within(few * 3 * Math.pow(2, -53)));
        assertThat(found[1]).isCloseTo(all, within(all * LENGTH * Math.pow(2, -53)));
    }

    @Test
    void theAverageComesAndGoesWithoutAChangedBit() {
        gradient.write(0, random(1), 0, SIZE);
        optimizer.update(BEGIN, LENGTH, step(0));
        float[] before = values(parameters);
        float[] average = values(optimizer.average());
        optimizer.swapAverage(BEGIN, LENGTH);
        assertThat(shard(FloatBuffer.wrap(values(parameters)))).isEqualTo(average);
        assertThat(values(parameters)[BEGIN - 1]).isEqualTo(before[BEGIN - 1]);
        optimizer.swapAverage(BEGIN, LENGTH);
        assertThat(values(parameters)).isEqualTo(before);
        assertThat(values(optimizer.average())).isEqualTo(average);
    }
}
