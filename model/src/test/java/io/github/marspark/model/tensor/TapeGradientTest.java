package io.github.marspark.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.CentralDifference;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.tensor.GroupNorm.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every operation's gradient against central differences, in double precision. */
class TapeGradientTest {
    private static final double STEP = 1e-4;
    private static final long SEED = 1;

    /** More roundings than lie on the way of any term of a loss. */
    private static final int ROUNDINGS = 100;

    /** More than any output is. */
    private static final double LARGEST = 10;

    private static final Dropout DROPOUT = new Dropout(0.3f, new int[] {17, -5});

    private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);
    private final Random random = new Random(SEED);
    private final List<Variable> inputs = new ArrayList<>();

    private Variable input(int rows, int columns) {
        double[] values = random.doubles((long) rows * columns, -1.5, 1.5).toArray();
        Variable input = Variable.parameter(
                Matrix.of(Nd4j.createFromArray(values), rows),
                Matrix.of(Nd4j.zeros(DataType.DOUBLE, (long) rows * columns), rows));
        inputs.add(input);
        return input;
    }

    /** Gradients of a weighted sum of the output's elements, compared element by element. */
    private void check(BiFunction<Tape, List<Variable>, Variable> network) {
        Tape tape = Tape.recording(kernels);
        Variable output = network.apply(tape, inputs);
        double[] drawn = random.doubles((long) output.rows() * output.columns()).toArray();
        INDArray weights = Nd4j.createFromArray(drawn).reshape(output.rows(), output.columns());
        tape.backward(output, Matrix.of(weights, output.rows()));
        for (int k = 0; k < inputs.size(); k++) {
            Variable input = inputs.get(k);
            INDArray values = input.value().memory();
            for (int i = 0; i < values.length(); i++) {
                CentralDifference slope = slope(network, weights, values, i);
                assertThat(input.gradient().memory().getDouble(i))
                        .as("element %d of input %d, a %s, with seed %d", i, k, input.value(), SEED)
                        .isCloseTo(slope.value(), within(slope.limit()));
            }
        }
    }

    /** A loss is a sum of a few dozen terms, each behind fewer operations than {@link #ROUNDINGS}. */
    private CentralDifference slope(
            BiFunction<Tape, List<Variable>, Variable> network, INDArray weights, INDArray values, long i) {
        double before = values.getDouble(i);
        double magnitude = weights.length() * LARGEST;
        CentralDifference slope = CentralDifference.of(
                change -> loss(network, weights, values, i, before + change),
                STEP,
                RoundingLimit.of(ROUNDINGS, RoundingLimit.FLOAT64) * magnitude);
        values.putScalar(i, before);
        return slope;
    }

    private double loss(
            BiFunction<Tape, List<Variable>, Variable> network, INDArray weights, INDArray values, long i, double v) {
        values.putScalar(i, v);
        try (Tape tape = Tape.computing(kernels)) {
            return network.apply(tape, inputs)
                    .value()
                    .array()
                    .mul(weights)
                    .sumNumber()
                    .doubleValue();
        }
    }

    @Test
    void linear() {
        input(5, 3);
        input(4, 3);
        input(1, 4);
        check((tape, in) -> tape.linear(in.get(0), in.get(1), in.get(2)));
    }

    @Test
    void layerNorm() {
        input(4, 6);
        input(1, 6);
        input(1, 6);
        check((tape, in) -> tape.layerNorm(in.get(0), in.get(1), in.get(2)));
    }

    @Test
    void normalize() {
        input(4, 6);
        check((tape, in) -> tape.normalize(in.get(0)));
    }

    @Test
    void modulateAndGateWithChunks() {
        input(3, 4);
        input(3, 12);
        input(3, 4);
        check((tape, in) -> {
            List<Variable> parts = tape.chunks(in.get(1), 3);
            Variable modulated = tape.modulate(in.get(0), parts.get(0), parts.get(1));
            return tape.gate(in.get(2), parts.get(2), modulated);
        });
    }

    @Test
    void gelu() {
        input(3, 5);
        check((tape, in) -> tape.gelu(in.get(0), Dropout.NONE));
    }

    @Test
    void geluWithDropout() {
        input(6, 5);
        check((tape, in) -> tape.gelu(in.get(0), DROPOUT));
    }

    @Test
    void silu() {
        input(3, 5);
        check((tape, in) -> tape.silu(in.get(0)));
    }

    @Test
    void residualAroundLinear() {
        input(4, 3);
        input(3, 3);
        input(1, 3);
        check((tape, in) -> tape.residual(in.get(0), tape.linear(in.get(0), in.get(1), in.get(2))));
    }

    @Test
    void residualThatDropsItsBranch() {
        input(4, 3);
        input(3, 3);
        input(1, 3);
        check((tape, in) -> tape.residual(in.get(0), tape.linear(in.get(0), in.get(1), in.get(2)), DROPOUT));
    }

    @Test
    void attention() {
        input(6, 12);
        check((tape, in) -> tape.attention(in.get(0), 2, 2, Sight.ALL, Dropout.NONE));
    }

    @Test
    void attentionWithDropout() {
        input(6, 12);
        check((tape, in) -> tape.attention(in.get(0), 2, 2, Sight.ALL, DROPOUT));
    }

    @Test
    void attentionToEarlierRows() {
        input(6, 12);
        check((tape, in) -> tape.attention(in.get(0), 2, 2, Sight.UP_TO_ITSELF, Dropout.NONE));
    }

    @Test
    void attentionToEarlierRowsWithDropout() {
        input(6, 12);
        check((tape, in) -> tape.attention(in.get(0), 2, 2, Sight.UP_TO_ITSELF, DROPOUT));
    }

    @Test
    void pickFromTwoTablesWithRepeats() {
        input(3, 4);
        input(2, 4);
        check((tape, in) -> tape.pick(in.get(0), in.get(1), new int[] {2, -1, 2, 0, -2, -1}));
    }

    @Test
    void addRowsOfATable() {
        input(4, 3);
        input(2, 3);
        check((tape, in) -> tape.addRows(tape.pick(in.get(0), new int[] {3, 1, 1}), in.get(1), new int[] {0, 1, 0}));
    }

    @Test
    void aValueUsedThriceCollectsThreeContributions() {
        input(4, 4);
        input(4, 4);
        input(1, 4);
        check((tape, in) -> {
            Variable once = tape.linear(in.get(0), in.get(1), in.get(2));
            Variable twice = tape.residual(once, tape.linear(once, in.get(1), in.get(2)));
            return tape.residual(twice, tape.linear(tape.gelu(twice, Dropout.NONE), in.get(1), in.get(2)));
        });
    }

    @Test
    void convolutionThatKeepsTheSize() {
        input(2 * 4 * 3, 2);
        input(3, 9 * 2);
        input(1, 3);
        ConvolutionShape shape = ConvolutionShape.same(2, 4, 3, 3);
        check((tape, in) -> tape.convolution(in.get(0), shape, in.get(1), in.get(2)));
    }

    @Test
    void convolutionThatHalvesTheSize() {
        input(2 * 4 * 6, 2);
        input(3, 9 * 2);
        input(1, 3);
        ConvolutionShape shape = ConvolutionShape.halving(2, 4, 6);
        check((tape, in) -> tape.convolution(in.get(0), shape, in.get(1), in.get(2)));
    }

    @Test
    void groupNorm() {
        input(2 * 5, 6);
        input(1, 6);
        input(1, 6);
        GroupNorm norm = new GroupNorm(2, 3, Activation.NONE);
        check((tape, in) -> tape.groupNorm(in.get(0), norm, in.get(1), in.get(2)));
    }

    @Test
    void groupNormWithSilu() {
        input(2 * 5, 6);
        input(1, 6);
        input(1, 6);
        GroupNorm norm = new GroupNorm(2, 2, Activation.SILU);
        check((tape, in) -> tape.groupNorm(in.get(0), norm, in.get(1), in.get(2)));
    }

    @Test
    void upsample() {
        input(2 * 3 * 2, 3);
        check((tape, in) -> tape.upsample(in.get(0), 2));
    }

    @Test
    void joinOfColumns() {
        input(3, 2);
        input(3, 4);
        check((tape, in) -> tape.join(List.of(in.get(0), in.get(1), in.get(0))));
    }
}
