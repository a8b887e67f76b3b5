package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.CentralDifference;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Nd4jKernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every parameter array of the network's halves and of its head against central differences, in double precision. */
class MarNetworkGradientTest {
    private static final double STEP = 1e-4;
    private static final long SEED = 4;

    /** More roundings than lie on the way of any term of a loss. */
    private static final int ROUNDINGS = 1000;

    /** More than any output is. */
    private static final double LARGEST = 10;

    private static final int ELEMENTS = 2;
    private static final Transformer HALF = new Transformer(8, 1, 2, 2, 0.2, 0.2);
    private static final MarConfig CONFIG =
            new MarConfig(3, 2, 1, 4, HALF, HALF, 2, new Head(6, 2), 2, 0.1, new MaskRate(0.7));

    private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);
    private final Random random = new Random(SEED);
    private final Parameters parameters = parameters();
    private final MarNetwork network = new MarNetwork(CONFIG, parameters::variable);
    private final EncoderDecoder body = (EncoderDecoder) network.body();
    private final Masking masking =
            Masking.of(new int[][] {{3, 1, 4, 0, 5, 2, 6, 8, 7}, {0, 8, 7, 1, 2, 3, 6, 5, 4}}, 6);
    private final float[] tokens = floats(2 * 9 * 2);
    private final DropoutKeys dropout = DropoutKeys.of(new Draws(1), 0, new long[] {0, 1});

    private Parameters parameters() {
        var layout = MarParameters.layout(CONFIG);
        INDArray values =
                Nd4j.createFromArray(random.doubles(layout.size(), -0.6, 0.6).toArray());
        return new Parameters(layout, values, Nd4j.zeros(DataType.DOUBLE, layout.size()));
    }

    private float[] floats(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private Variable encode(Tape tape) {
        return body.encode(tape, tokens, new int[] {2, -1}, masking, dropout);
    }

    private Variable decode(Tape tape) {
        return body.decode(tape, encode(tape), masking, IntStream.range(0, 18).toArray(), dropout);
    }

    @Test
    void encoder() {
        check(this::encode);
    }

    @Test
    void decoderBehindTheEncoder() {
        check(this::decode);
    }

    @Test
    void headBehindTheTransformer() {
        float[] noisy = floats(5 * 2);
        int[] rows = {17, 3, 3, 0, 9};
        check(tape -> network.head()
                .denoise(
                        tape,
                        noisy,
                        new int[] {999, 0, 500, 0, 31},
                        network.head().embedCondition(tape, decode(tape)),
                        rows));
    }

    private void check(Function<Tape, Variable> part) {
        parameters.forgetGradients();
        INDArray weights;
        try (Tape tape = Tape.recording(kernels)) {
            Variable output = part.apply(tape);
            double[] drawn =
                    random.doubles((long) output.rows() * output.columns()).toArray();
            weights = Nd4j.createFromArray(drawn).reshape(output.rows(), output.columns());
            tape.backward(output, Matrix.of(weights, output.rows()));
        }
        parameters.zeroMissingGradients(kernels);
        for (int i = 0; i < parameters.layout().specs().size(); i++) {
            ParameterSpec spec = parameters.layout().specs().get(i);
            for (int e = 0; e < ELEMENTS; e++) {
                long index = parameters.layout().offset(i) + random.nextInt(spec.size());
                CentralDifference slope = CentralDifference.of(
                        change -> loss(part, weights, index, change),
                        STEP,
                        RoundingLimit.of(ROUNDINGS, RoundingLimit.FLOAT64) * weights.length() * LARGEST);
                assertThat(parameters.gradients().getDouble(index))
                        .as(
                                "element %d of %s with seed %d",
                                index - parameters.layout().offset(i), spec, SEED)
                        .isCloseTo(slope.value(), within(slope.limit()));
            }
        }
    }

    private double loss(Function<Tape, Variable> part, INDArray weights, long index, double change) {
        double before = parameters.values().getDouble(index);
        parameters.values().putScalar(index, before + change);
        try (Tape tape = Tape.computing(kernels)) {
            return part.apply(tape).value().array().mul(weights).sumNumber().doubleValue();
        } finally {
            parameters.values().putScalar(index, before);
        }
    }
}
