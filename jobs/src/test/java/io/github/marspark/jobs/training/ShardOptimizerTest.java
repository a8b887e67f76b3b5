package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.jobs.checkpoint.CheckpointTensor;
import io.github.marspark.jobs.checkpoint.VectorTensors;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.Sharding;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arrays that decay and such that do not, over more than one chunk, with ends within chunks and shards. */
class ShardOptimizerTest {
    private static final AdamW ADAM_W = new AdamW(0.9, 0.95, 1e-8, 0.5);
    private static final int STEPS = 3;
    private static final ParameterLayout LAYOUT = layout();
    private static final int SIZE = Math.toIntExact(LAYOUT.size());

    private static ParameterLayout layout() {
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("first.weight", new int[] {7, 11}, Initialization.ZEROS));
        specs.add(new ParameterSpec("first.bias", new int[] {11}, Initialization.ZEROS));
        specs.add(new ParameterSpec("large.weight", new int[] {2, Sharding.CHUNK}, Initialization.ZEROS));
        specs.add(new ParameterSpec("large.bias", new int[] {4321}, Initialization.ZEROS));
        specs.add(new ParameterSpec("last.weight", new int[] {3, 1000}, Initialization.ZEROS));
        return new ParameterLayout(specs);
    }

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** All that some ranks have after some steps, each in one vector. */
    private record State(float[] parameters, float[] average, float[] first, float[] second, double squares) {}

    private static State train(int ranks, int threads) {
        Sharding sharding = new Sharding(SIZE, ranks);
        FlatVector parameters = FlatVector.zeros(SIZE);
        FlatVector gradient = FlatVector.zeros(SIZE);
        parameters.part(0, SIZE).put(random(0));
        List<ShardOptimizer> optimizers = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            optimizers.add(
                    new HostShardOptimizer(sharding, rank, ADAM_W, LAYOUT, parameters, gradient, new Threads(threads)));
            optimizers.get(rank).startAverage();
        }
        for (int step = 0; step < STEPS; step++) {
            gradient.part(0, SIZE).put(random(1 + step));
            step(sharding, optimizers, new OptimizerStep(step, 1e-2 * (step + 1), 0.25, 0.9));
        }
        return new State(
                vector(optimizers, CheckpointTensor.PARAMETERS),
                vector(optimizers, CheckpointTensor.AVERAGE),
                vector(optimizers, CheckpointTensor.FIRST_MOMENT),
                vector(optimizers, CheckpointTensor.SECOND_MOMENT),
                optimizers.stream().mapToDouble(ShardOptimizer::sumOfSquares).sum());
    }

    private static void step(Sharding sharding, List<ShardOptimizer> optimizers, OptimizerStep step) {
        for (int rank = 0; rank < optimizers.size(); rank++) {
            for (int chunk = 0; chunk < sharding.chunks(rank); chunk++) {
                optimizers.get(rank).measure(chunk);
                optimizers.get(rank).update(chunk, step);
            }
        }
    }

    private static float[] vector(List<ShardOptimizer> optimizers, CheckpointTensor tensor) {
        float[] all = new float[SIZE];
        int[] at = {0};
        for (ShardOptimizer optimizer : optimizers) {
            VectorTensors tensors = optimizer.tensors();
            tensors.read(tensor.key(), chunk -> {
                int length = chunk.remaining();
                chunk.get(all, at[0], length);
                at[0] += length;
            });
        }
        assertThat(at[0]).isEqualTo(SIZE);
        return all;
    }

    /** AdamW and the average as they are written in the article of each, in float64. */
    private static State reference() {
        double[] parameters = doubles(random(0));
        double[] average = parameters.clone();
        double[] first = new double[SIZE];
        double[] second = new double[SIZE];
        double squares = 0;
        for (int step = 0; step < STEPS; step++) {
            double[] gradient = doubles(random(1 + step));
            double rate = 1e-2 * (step + 1);
            squares = 0;
            for (int i = 0; i < SIZE; i++) {
                double g = 0.25 * gradient[i];
                squares += gradient[i] * gradient[i];
                first[i] = 0.9 * first[i] + 0.1 * g;
                second[i] = 0.95 * second[i] + 0.05 * g * g;
                double m = first[i] / (1 - Math.pow(0.9, step + 1));
                double v = second[i] / (1 - Math.pow(0.95, step + 1));
                double decay = decays(i) ? rate * 0.5 : 0;
                parameters[i] = parameters[i] * (1 - decay) - rate * m / (Math.sqrt(v) + 1e-8);
                average[i] = 0.9 * average[i] + 0.1 * parameters[i];
            }
        }
        return new State(floats(parameters), floats(average), floats(first), floats(second), squares);
    }

    private static boolean decays(int index) {
        int array = LAYOUT.specs().size() - 1;
        while (LAYOUT.offset(array) > index) {
            array--;
        }
        return LAYOUT.specs().get(array).name().endsWith("weight");
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /** Each of a step's some ten roundings is of at most 2⁻²⁴ of numbers below 8. */
    @Test
    void itIsAdamWWithTheMovingAverage() {
        float limit = (float) (STEPS * 10 * 8 * Math.pow(2, -24));
        State expected = reference();
        State found = train(1, 1);
        assertThat(distance(found.parameters(), expected.parameters())).isLessThan(limit);
        assertThat(distance(found.average(), expected.average())).isLessThan(limit);
        assertThat(distance(found.first(), expected.first())).isLessThan(limit);
        assertThat(distance(found.second(), expected.second())).isLessThan(limit);
        assertThat(found.squares()).isCloseTo(expected.squares(), within(1e-12 * expected.squares()));
    }

    private static float distance(float[] found, float[] expected) {
        float most = 0;
        for (int i = 0; i < SIZE; i++) {
            most = Math.max(most, Math.abs(found[i] - expected[i]));
        }
        return most;
    }

    @ParameterizedTest
    @CsvSource({"1,3", "2,1", "3,2", "7,1"})
    void noBitDependsOnRanksOrThreads(int ranks, int threads) {
        State expected = train(1, 1);
        State found = train(ranks, threads);
        assertThat(Arrays.mismatch(found.parameters(), expected.parameters())).isNegative();
        assertThat(Arrays.mismatch(found.average(), expected.average())).isNegative();
        assertThat(Arrays.mismatch(found.first(), expected.first())).isNegative();
        assertThat(Arrays.mismatch(found.second(), expected.second())).isNegative();
        assertThat(found.squares()).isCloseTo(expected.squares(), within(1e-12 * expected.squares()));
    }

    /** Without weight decay each parameter moves by the learning rate in the first step. */
    @Test
    void anOptimizerMovesItsShardAndNothingElse() {
        Sharding sharding = new Sharding(SIZE, 3);
        FlatVector parameters = FlatVector.zeros(SIZE);
        FlatVector gradient = FlatVector.zeros(SIZE);
        gradient.part(0, SIZE).put(random(1));
        ShardOptimizer optimizer = new HostShardOptimizer(
                sharding, 1, new AdamW(0.9, 0.95, 1e-8, 0), LAYOUT, parameters, gradient, new Threads(1));
        optimizer.startAverage();
        for (int chunk = 0; chunk < sharding.chunks(1); chunk++) {
            optimizer.update(chunk, new OptimizerStep(0, 1e-2, 1, 0.9));
        }
        float[] after = new float[SIZE];
        parameters.part(0, SIZE).get(after);
        int[] moved = IntStream.range(0, SIZE).filter(i -> after[i] != 0).toArray();
        assertThat(moved.length).isEqualTo(Math.toIntExact(sharding.length(1)));
        assertThat(moved[0]).isEqualTo(Math.toIntExact(sharding.from(1)));
        assertThat(moved[moved.length - 1]).isEqualTo(Math.toIntExact(sharding.from(2) - 1));
    }
}
