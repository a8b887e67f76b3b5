package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
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
import org.junit.jupiter.api.Test;

/** Steps of AdamW and the learning rate of the cross-entropy loss against recorded ones. */
class SystemOptimizationTest {
    private static final Npz RECORDED = ArFixtures.npz("adamw");

    private final Kernels kernels = new CpuKernels(new Threads(1));
    private final RecordedSystem system = RecordedSystem.RASTER_CE;
    private final ParameterLayout layout = MarParameters.layout(system.config());
    private final int size = Math.toIntExact(layout.size());
    private final Parameters parameters = Parameters.zeros(layout);
    private final FloatBuffer first = FloatBuffer.allocate(size);
    private final FloatBuffer second = FloatBuffer.allocate(size);

    @Test
    void twoStepsOfACausalNetworkAreTheRecordedOnes() {
        for (ParameterSpec spec : layout.specs()) {
            parameters
                    .variable(spec.name())
                    .value()
                    .assign(ArFixtures.npz("weights").floats("causal." + spec.name()));
        }
        double[] hyper = RECORDED.doubles("hyper");
        for (int step = 0; step < 2; step++) {
            parameters.forgetGradients();
            double loss = new MarObjective(new MarNetwork(system.config(), parameters::variable), RecordedSystem.loss())
                    .differentiate(kernels, system.batch(), DropoutKeys.NONE)
                    .getAsDouble();
            parameters.zeroMissingGradients(kernels);
            double recorded = RECORDED.doubles("loss")[step];
            assertThat(loss).isCloseTo(recorded, within(1e-6 * recorded));
            update(step, hyper);
            check("step" + (step + 1), hyper[0] * (step + 1));
        }
    }

    private void update(int number, double[] hyper) {
        FloatBuffer gradient = FloatBuffer.wrap(parameters.gradients().toFloatVector());
        FloatBuffer values = FloatBuffer.wrap(parameters.values().toFloatVector());
        double norm = GradientClipping.norm(GradientClipping.sumOfSquares(gradient, 0, size));
        double recorded = RECORDED.doubles("grad_norm")[number];
        assertThat(norm).isCloseTo(recorded, within(1e-5 * recorded));
        OptimizerStep step = new OptimizerStep(number, hyper[0], new GradientClipping(hyper[5]).coefficient(norm), 0);
        OptimizerState state = new OptimizerState(values, gradient, first, second, FloatBuffer.allocate(size));
        AdamW optimizer = new AdamW(hyper[1], hyper[2], hyper[3], hyper[4]);
        int[] decayed = RECORDED.ints("decayed");
        for (int i = 0; i < layout.specs().size(); i++) {
            ParameterSpec spec = layout.specs().get(i);
            WeightDecayRule rule = WeightDecayRule.of(spec.name(), spec.shape().length);
            assertThat(rule == WeightDecayRule.DECAYED).as(spec.name()).isEqualTo(decayed[i] == 1);
            optimizer.update(state, (int) layout.offset(i), spec.size(), rule, step);
        }
        parameters.values().assign(org.nd4j.linalg.factory.Nd4j.createFromArray(values.array()));
    }

    /** A gradient that is rounding alone moves its parameter by as much as a large one, the rate. */
    private void check(String step, double moved) {
        double[] norms = RECORDED.doubles(step + ".param_l2");
        for (int i = 0; i < layout.specs().size(); i++) {
            ParameterSpec spec = layout.specs().get(i);
            double[] values =
                    Closeness.widen(parameters.variable(spec.name()).value().toFloats());
            double sum = 0;
            for (double value : values) {
                sum += value * value;
            }
            boolean keys = spec.name().endsWith("attn.qkv.bias");
            double limit = 1e-4 * norms[i] + (keys ? moved * Math.sqrt(spec.size() / 3.0) : 0);
            assertThat(Math.sqrt(sum)).as(spec.name()).isCloseTo(norms[i], within(limit));
            if (RECORDED.has(step + "." + spec.name())) {
                check(step + "." + spec.name(), values, keys ? moved : 0.02 * moved);
            }
        }
    }

    private static void check(String name, double[] values, double limit) {
        Closeness.assertWithin(name, values, RECORDED.doubles(name), i -> limit);
    }

    @Test
    void theRateFallsAlongHalfACosine() {
        double[] recorded = ArFixtures.npz("misc").doubles("lr.cosine"); // 4 steps an epoch, 3 epochs of warm-up
        LearningRate rate = new LearningRate.Cosine(8e-4, 1e-5, 3 * 4L, recorded.length);
        for (int step = 0; step < recorded.length; step++) {
            assertThat(rate.at(step)).isCloseTo(recorded[step], within(1e-6 * 8e-4));
        }
    }
}
