package io.github.marspark.model.optimization;

import static io.github.marspark.model.fixtures.Closeness.assertWithin;
import static io.github.marspark.model.fixtures.Closeness.widen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWTest {
    private static final Npz RECORDED = Fixtures.npz("adamw");
    private static final Npz WEIGHTS = Fixtures.npz("weights");
    private static final Npz GRADIENTS = Fixtures.npz("grads");

    @ParameterizedTest
    @ValueSource(strings = {"plain", "clipped"})
    void parametersAfterTheFirstStepEqualTheReference(String run) {
        double[] hyper = RECORDED.doubles(run + ".hyper");
        AdamW adam = new AdamW(rounded(hyper[1]), rounded(hyper[2]), rounded(hyper[3]), rounded(hyper[4]));
        double norm = RECORDED.doubles(run + ".grad_norm")[0];
        double scale = new GradientClipping(hyper[5]).coefficient(norm);
        OptimizerStep step = new OptimizerStep(0, rounded(hyper[0]), scale, rounded(hyper[6]));
        String prefix = run + ".step1.param.";
        List<String> names = RECORDED.names().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
        assertThat(names).isNotEmpty();
        for (String name : names) {
            float[] parameters = WEIGHTS.floats(name);
            OptimizerState state = state(parameters, GRADIENTS.floats(name));
            adam.update(state, 0, parameters.length, rule(name), step);
            double[] recorded = RECORDED.doubles(prefix + name);
            AdamWLimits limits = new AdamWLimits(1, hyper[0]);
            assertWithin(prefix + name, widen(parameters), recorded, i -> limits.parameter(recorded[i]));
        }
    }

    @Test
    void theExemptParametersAreTheReferences() {
        byte[] bytes = new byte[RECORDED.array("param_names").size()];
        long[] characters = RECORDED.longs("param_names");
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) characters[i];
        }
        String[] names = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        assertThat(Arrays.stream(names).mapToLong(name -> rule(name) == WeightDecayRule.DECAYED ? 1 : 0))
                .containsExactly(boxed(RECORDED.longs("plain.decayed")))
                .containsExactly(boxed(RECORDED.longs("clipped.decayed")));
    }

    @Test
    void manyStepsOverRangesFollowTheFormula() {
        int size = 5000;
        Random random = new Random(6);
        float[] initial = normal(random, size);
        OptimizerState state = directState(initial);
        double[] p = widen(initial);
        double[] m = new double[size];
        double[] v = new double[size];
        double[] average = widen(initial);
        double[] magnitude = new double[size];
        int steps = 20;
        for (int number = 0; number < steps; number++) {
            float[] gradient = normal(random, size);
            state.gradient().put(0, gradient);
            OptimizerStep step = new OptimizerStep(number, 1e-2 * number, 0.5, 0.9);
            AdamW.PAPER.update(state, 0, 2100, WeightDecayRule.DECAYED, step);
            AdamW.PAPER.update(state, 2100, size - 2100, WeightDecayRule.EXEMPT, step);
            for (int i = 0; i < size; i++) {
                double g = 0.5 * gradient[i];
                m[i] = 0.9 * m[i] + 0.1 * g;
                magnitude[i] = 0.9 * magnitude[i] + 0.1 * Math.abs(g);
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                double decay = i < 2100 ? step.learningRate() * 0.02 : 0;
                double mHat = m[i] / (1 - Math.pow(0.9, number + 1));
                double vHat = v[i] / (1 - Math.pow(0.95, number + 1));
                p[i] = p[i] * (1 - decay) - step.learningRate() * mHat / (Math.sqrt(vHat) + 1e-8);
                average[i] = 0.9 * average[i] + 0.1 * p[i];
            }
        }
        AdamWLimits limits = new AdamWLimits(steps, 1e-2 * steps / 2);
        assertWithin("parameters", widened(state.parameters()), p, i -> limits.parameter(p[i]));
        assertWithin("first moment", widened(state.firstMoment()), m, i -> limits.moment(magnitude[i]));
        assertWithin("second moment", widened(state.secondMoment()), v, i -> limits.moment(v[i]));
        assertWithin("average", widened(average(state)), average, i -> limits.average(average[i]));
    }

    @Test
    void theRestOfTheArraysIsLeftAlone() {
        float[] parameters = {1, 1, 1, 1};
        OptimizerState state = state(parameters, new float[] {1, 1, 1, 1});
        AdamW.PAPER.update(state, 1, 2, WeightDecayRule.DECAYED, new OptimizerStep(0, 0.1, 1, 0));
        assertThat(parameters[0]).isEqualTo(1);
        assertThat(parameters[1]).isLessThan(1);
        assertThat(parameters[3]).isEqualTo(1);
        assertThat(average(state).get(0)).isEqualTo(1);
        assertThat(average(state).get(1)).isEqualTo(parameters[1]);
    }

    @Test
    void aLearningRateOfZeroMovesTheMomentsAlone() {
        float[] parameters = {1, -2, 3};
        OptimizerState state = state(parameters, new float[] {1, 2, 3});
        AdamW.PAPER.update(state, 0, 3, WeightDecayRule.DECAYED, new OptimizerStep(0, 0, 1, 0.5));
        assertThat(parameters).containsExactly(1, -2, 3);
        assertThat(state.firstMoment().get(2)).isEqualTo(0.3f);
    }

    @Test
    void withoutAnAverageTheParametersMoveTheSame() {
        float[] with = {1, -2, 3};
        float[] without = {1, -2, 3};
        float[] gradient = {0.5f, 0.1f, -4};
        OptimizerStep step = new OptimizerStep(0, 0.1, 1, 0.5);
        AdamW.PAPER.update(state(with, gradient), 0, 3, WeightDecayRule.DECAYED, step);
        OptimizerState bare = new OptimizerState(
                FloatBuffer.wrap(without),
                FloatBuffer.wrap(gradient),
                FloatBuffer.allocate(3),
                FloatBuffer.allocate(3),
                null);
        AdamW.PAPER.update(bare, 0, 3, WeightDecayRule.DECAYED, step);
        assertThat(without).isEqualTo(with);
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> new AdamW(1, 0.95, 1e-8, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("beta1 is 1.0, must be in [0, 1)");
        assertThatThrownBy(() -> new AdamW(0.9, 0.95, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("epsilon is 0.0, must be positive");
        assertThatThrownBy(() -> new AdamW(0.9, 0.95, 1e-8, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight decay is -1.0, must be at least 0");
        assertThatThrownBy(() -> new OptimizerStep(-1, 0, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("step is -1, must be at least 0");
        assertThatThrownBy(() -> new OptimizerStep(0, -1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("learning rate is -1.0, must be at least 0");
        assertThatThrownBy(() -> new OptimizerStep(0, 1, Double.NaN, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gradient scale is NaN, must be finite");
        assertThatThrownBy(() -> new OptimizerStep(0, 1, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("average rate is 2.0, must be in [0, 1]");
        assertThatThrownBy(() -> state(new float[3], new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gradient has 2 floats, the parameters 3");
        assertThatThrownBy(() -> AdamW.PAPER.update(
                        state(new float[3], new float[3]), 2, 2, WeightDecayRule.EXEMPT, new OptimizerStep(0, 1, 1, 1)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("length 3");
    }

    private static WeightDecayRule rule(String name) {
        return WeightDecayRule.of(name, WEIGHTS.shape(name).length);
    }

    private static OptimizerState state(float[] parameters, float[] gradient) {
        return new OptimizerState(
                FloatBuffer.wrap(parameters),
                FloatBuffer.wrap(gradient),
                FloatBuffer.allocate(parameters.length),
                FloatBuffer.allocate(parameters.length),
                FloatBuffer.wrap(parameters.clone()));
    }

    private static OptimizerState directState(float[] parameters) {
        int size = parameters.length;
        return new OptimizerState(
                direct(size).put(0, parameters),
                direct(size),
                direct(size),
                direct(size),
                direct(size).put(0, parameters));
    }

    private static FloatBuffer direct(int size) {
        return ByteBuffer.allocateDirect(4 * size)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static FloatBuffer average(OptimizerState state) {
        FloatBuffer average = state.average();
        assertThat(average).isNotNull();
        return average == null ? FloatBuffer.allocate(0) : average;
    }

    /** A recorded float32 setting such as 0.95 as the decimal number that was set. */
    private static double rounded(double value) {
        return Double.parseDouble(Float.toString((float) value));
    }

    private static float[] normal(Random random, int length) {
        float[] result = new float[length];
        for (int i = 0; i < length; i++) {
            result[i] = (float) random.nextGaussian();
        }
        return result;
    }

    private static double[] widened(FloatBuffer buffer) {
        double[] result = new double[buffer.limit()];
        Arrays.setAll(result, buffer::get);
        return result;
    }

    private static Long[] boxed(long[] values) {
        return Arrays.stream(values).boxed().toArray(Long[]::new);
    }
}
