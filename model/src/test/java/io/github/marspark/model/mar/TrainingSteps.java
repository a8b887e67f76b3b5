package io.github.marspark.model.mar;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.OptimizerState;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.optimization.WeightDecayRule;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.ExactKernels;
import io.github.marspark.model.tensor.Kernels;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Steps of training from the recorded weights on the recorded batch, with gradients of any kernels. */
final class TrainingSteps {
    private final ParameterLayout layout = MarParameters.layout(Reference.config());
    private final int size = (int) layout.size();
    private final Kernels kernels;
    private final Parameters parameters;
    private final FloatBuffer values = FloatBuffer.allocate(size);
    private final FloatBuffer first = FloatBuffer.allocate(size);
    private final FloatBuffer second = FloatBuffer.allocate(size);
    private final FloatBuffer average = FloatBuffer.allocate(size);

    TrainingSteps(Kernels kernels) {
        DataType type = Reference.typeOf(kernels);
        this.kernels = kernels;
        this.parameters = new Parameters(layout, Nd4j.zeros(type, size), Nd4j.zeros(type, size)).on(kernels);
        for (int i = 0; i < layout.specs().size(); i++) {
            values.put(
                    Math.toIntExact(layout.offset(i)),
                    Fixtures.npz("weights").floats(layout.specs().get(i).name()));
        }
        average.put(0, values.array());
        writeParameters();
    }

    private void writeParameters() {
        for (int i = 0; i < layout.specs().size(); i++) {
            parameters.variable(layout.specs().get(i).name()).value().assign(slice(values, i));
        }
    }

    private float[] slice(FloatBuffer flat, int i) {
        int start = (int) layout.offset(i);
        return Arrays.copyOfRange(
                flat.array(), start, start + layout.specs().get(i).size());
    }

    /**
     * Takes the steps.
     *
     * @param hyper as recorded: rate, both betas, epsilon, decay, largest norm, rate of the average, number of steps
     * @return losses and norms of the steps, and after the last one each array of parameters, averages and moments
     */
    Named<double[]> take(double[] hyper) {
        int steps = (int) hyper[7];
        double[] losses = new double[steps + 1];
        double[] norms = new double[steps];
        for (int step = 0; step < steps; step++) {
            losses[step] = differentiate();
            norms[step] = update(step, hyper);
        }
        losses[steps] = differentiate();
        Named<double[]> taken = new Named<>();
        taken.put("loss", losses);
        taken.put("grad_norm", norms);
        for (int i = 0; i < layout.specs().size(); i++) {
            String name = layout.specs().get(i).name();
            taken.put("last.param." + name, widened(values, i));
            taken.put("last.ema." + name, widened(average, i));
            taken.put("last.exp_avg." + name, widened(first, i));
            taken.put("last.exp_avg_sq." + name, widened(second, i));
        }
        return taken;
    }

    private double[] widened(FloatBuffer flat, int i) {
        float[] slice = slice(flat, i);
        return IntStream.range(0, slice.length).mapToDouble(n -> slice[n]).toArray();
    }

    /** Exact kernels go the reference's way, all others the objective's. */
    private double differentiate() {
        parameters.forgetGradients();
        ReferenceRun run = new ReferenceRun(kernels, parameters::variable);
        String dropped = "in.drop_latent_mask";
        double loss =
                (kernels instanceof ExactKernels ? run.gradients(dropped) : run.objective(dropped)).get("loss")[0];
        parameters.zeroMissingGradients(kernels);
        return loss;
    }

    private double update(int number, double[] hyper) {
        parameters.fetchGradients();
        FloatBuffer gradient = FloatBuffer.wrap(parameters.gradients().toFloatVector());
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
        writeParameters();
        return norm;
    }
}
