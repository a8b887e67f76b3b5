package io.github.marspark.model.mar;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.diffusion.DiffusionTerms;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.OptimizerState;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.optimization.WeightDecayRule;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steps of training from the reference's weights against its recorded ones. What the optimiser adds to the difference of
 * the gradients is held to {@link #OPTIMIZER}, as is a single update from recorded gradients by the optimiser's own test.
 *
 * <p>The gradients of the first step are recorded. They lie some 1e-6 of an array's largest value from ours, both being
 * float32, as the reference's do from its own in float64; a moment is a mean of gradients, or of their squares, and lies as
 * far from the recorded one. Adam divides a gradient by its size, so where one is small (that of the keys' bias is 0 in
 * truth) a parameter moves by as much of a learning rate in each step.
 */
class MarTrainingTest {
    private static final Npz RECORDED = Fixtures.npz("adamw");
    private static final Npz GRADIENTS = Fixtures.npz("grads");

    private static final double OPTIMIZER = 1e-6;

    /** How much farther the gradients of later steps, of which none are recorded, may lie apart than those of the first. */
    private static final double LATER = 1.5;

    private final ParameterLayout layout = MarParameters.layout(Reference.config());
    private final Parameters parameters = Parameters.zeros(layout);
    private final Kernels kernels = new CpuKernels(new Threads(1));
    private final MarObjective objective =
            new MarObjective(new MarNetwork(Reference.config(), parameters::variable), Reference.loss());
    private final int size = (int) layout.size();
    private final FloatBuffer first = FloatBuffer.allocate(size);
    private final FloatBuffer second = FloatBuffer.allocate(size);
    private final FloatBuffer average = FloatBuffer.allocate(size);

    @ParameterizedTest
    @ValueSource(strings = {"plain", "clipped"})
    void stepsOfTrainingEqualTheReferences(String run) {
        load();
        differentiate();
        Apart apart = gradientsApart();
        assertThat(apart.relative()).isLessThan(1e-5);
        float[] hyper = RECORDED.floats(run + ".hyper");
        int steps = (int) hyper[7];
        for (int step = 0; step < steps; step++) {
            DiffusionTerms terms = differentiate();
            assertClose(run + " loss", new double[] {terms.loss()}, at(run + ".loss", step), 1e-5);
            double norm = step(step, hyper);
            assertClose(run + " norm", new double[] {norm}, at(run + ".grad_norm", step), 1e-5);
        }
        assertClose(run + " last loss", new double[] {differentiate().loss()}, at(run + ".loss", steps), 1e-5);
        checkLast(run, apart);
    }

    private void load() {
        for (ParameterSpec spec : layout.specs()) {
            parameters
                    .variable(spec.name())
                    .value()
                    .assign(Fixtures.npz("weights").floats(spec.name()));
        }
        average.put(0, parameters.values().toFloatVector());
    }

    private DiffusionTerms differentiate() {
        parameters.forgetGradients();
        DiffusionTerms terms =
                objective.differentiate(kernels, Reference.batch("in.drop_latent_mask"), DropoutKeys.NONE);
        parameters.zeroMissingGradients(kernels);
        return terms;
    }

    /**
     * How far gradients lie from the recorded ones, at most.
     *
     * @param relative to the largest value of the same array
     */
    private record Apart(double absolute, double relative) {}

    private Apart gradientsApart() {
        double absolute = 0;
        double relative = 0;
        for (ParameterSpec spec : layout.specs()) {
            double[] expected = GRADIENTS.doubles(spec.name());
            float[] actual = parameters.variable(spec.name()).gradient().toFloats();
            double difference = Closeness.difference(Closeness.widen(actual), expected);
            absolute = Math.max(absolute, difference * largest(expected));
            relative = Math.max(relative, difference);
        }
        return new Apart(absolute, relative);
    }

    private static double largest(double[] values) {
        return DoubleStream.of(values).map(Math::abs).max().orElseThrow();
    }

    private static double[] at(String name, int index) {
        return new double[] {RECORDED.doubles(name)[index]};
    }

    private double step(int number, float[] hyper) {
        FloatBuffer gradient = FloatBuffer.wrap(parameters.gradients().toFloatVector());
        FloatBuffer values = FloatBuffer.wrap(parameters.values().toFloatVector());
        double norm = GradientClipping.norm(GradientClipping.sumOfSquares(gradient, 0, size));
        AdamW optimizer = new AdamW(hyper[1], hyper[2], hyper[3], hyper[4]);
        OptimizerStep step =
                new OptimizerStep(number, hyper[0], new GradientClipping(hyper[5]).coefficient(norm), hyper[6]);
        OptimizerState state = new OptimizerState(values, gradient, first, second, average);
        for (int i = 0; i < layout.specs().size(); i++) {
            ParameterSpec spec = layout.specs().get(i);
            WeightDecayRule rule = WeightDecayRule.of(spec.name(), spec.shape().length);
            optimizer.update(state, (int) layout.offset(i), spec.size(), rule, step);
        }
        for (int i = 0; i < layout.specs().size(); i++) {
            parameters.variable(layout.specs().get(i).name()).value().assign(slice(values, i));
        }
        return norm;
    }

    private float[] slice(FloatBuffer flat, int i) {
        int start = (int) layout.offset(i);
        return Arrays.copyOfRange(
                flat.array(), start, start + layout.specs().get(i).size());
    }

    private void checkLast(String run, Apart apart) {
        float[] hyper = RECORDED.floats(run + ".hyper");
        double steps = hyper[7];
        double scale = new GradientClipping(hyper[5]).coefficient(RECORDED.doubles(run + ".grad_norm")[0]);
        int compared = 0;
        for (int i = 0; i < layout.specs().size(); i++) {
            String name = layout.specs().get(i).name();
            float[] values = parameters.variable(name).value().toFloats();
            double[] gradient = GRADIENTS.doubles(name);
            IntToDoubleFunction moved = n -> steps * hyper[0] * apart.absolute() / Math.abs(gradient[n]);
            compared += check(run + ".last.param." + name, values, moved);
            compared += check(run + ".last.ema." + name, slice(average, i), moved);
            double largest = scale * largest(gradient);
            double later = LATER * apart.relative() * largest;
            double mean = (1 - Math.pow(hyper[1], steps)) * later;
            compared += check(run + ".last.exp_avg." + name, slice(first, i), n -> mean);
            double squared = (1 - Math.pow(hyper[2], steps)) * later * 2 * largest;
            compared += check(run + ".last.exp_avg_sq." + name, slice(second, i), n -> squared);
            double norm = Math.sqrt(GradientClipping.sumOfSquares(FloatBuffer.wrap(values), 0, values.length));
            assertClose(name + " norm", new double[] {norm}, at(run + ".last.param_l2", i), 1e-4);
            double drift = IntStream.range(0, values.length)
                    .mapToDouble(n -> Math.min(moved.applyAsDouble(n), 2 * steps * hyper[0]))
                    .sum();
            double sum = DoubleStream.of(Closeness.widen(values)).sum();
            assertThat(sum)
                    .as(name + " sum")
                    .isCloseTo(at(run + ".last.param_sum", i)[0], Offset.offset(1e-4 * norm + drift));
        }
        assertThat(compared).isGreaterThan(3 * 13);
    }

    /**
     * Compares what was recorded of a parameter, if anything was.
     *
     * @param inherited by how much the difference of the gradients lets an element differ
     * @return how many arrays were compared
     */
    private static int check(String name, float[] actual, IntToDoubleFunction inherited) {
        if (!RECORDED.has(name)) {
            return 0;
        }
        float[] expected = RECORDED.floats(name).clone();
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.abs(actual[i] - expected[i]) < inherited.applyAsDouble(i) ? actual[i] : expected[i];
        }
        assertClose(name, actual, expected, OPTIMIZER);
        return 1;
    }
}
