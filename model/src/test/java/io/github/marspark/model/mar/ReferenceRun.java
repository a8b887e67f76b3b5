package io.github.marspark.model.mar;

import static io.github.marspark.model.mar.Reference.TRAIN;

import io.github.marspark.model.diffusion.DiffusionTerms;
import io.github.marspark.model.diffusion.LossLimits;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.ExactKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The network of the fixtures on their training batch, as the reference runs it: for all tokens, of which the mask counts
 * the hidden ones. What the reference computes in float32 and the network in float64, the embedding of time steps and the
 * loss, is moved as {@link ExactKernels} move their results.
 */
final class ReferenceRun {
    private final Kernels kernels;
    private final Function<String, Variable> parameters;
    private final MarNetwork network;

    /** The run of some kernels with the recorded weights. */
    ReferenceRun(Kernels kernels) {
        this(kernels, Reference.parameters(Reference.typeOf(kernels), kernels)::get);
    }

    /** The run of some kernels with any weights. */
    ReferenceRun(Kernels kernels, Function<String, Variable> parameters) {
        this.kernels = kernels;
        this.parameters = parameters;
        this.network = new MarNetwork(Reference.config(), parameters);
    }

    /** Every value that the network shows, forward. */
    Named<double[]> activations(String dropped) {
        Named<double[]> seen = new Named<>();
        Tape.Observer observer = (name, value) -> {
            moveSinusoids(name, value);
            seen.put(name, ExactKernels.valuesOf(value));
        };
        try (Tape tape = Tape.recording(kernels, observer)) {
            output(tape, tape.observe("z", condition(tape, dropped)));
        }
        return seen;
    }

    /** The loss, its gradients by the condition and by all parameters. */
    Named<double[]> gradients(String dropped) {
        Named<double[]> found = new Named<>();
        Matrix ofCondition = Reference.matrix(
                kernels,
                Nd4j.zeros(Reference.typeOf(kernels), TRAIN.array("out.grad_z").size()),
                RecordedRows.allTokens().length);
        found.put("loss", new double[] {differentiate(dropped, ofCondition)});
        putGradients(found);
        found.put("grad_z", ExactKernels.valuesOf(ofCondition));
        return found;
    }

    /** The loss and its gradients by all parameters, as the objective computes them: for the hidden tokens alone. */
    Named<double[]> objective(String dropped) {
        double loss = new MarObjective(network, Reference.loss())
                .differentiate(kernels, Reference.batch(dropped), DropoutKeys.NONE)
                .getAsDouble();
        Named<double[]> found = new Named<>();
        found.put("loss", new double[] {loss});
        putGradients(found);
        return found;
    }

    private void putGradients(Named<double[]> found) {
        for (String name : Fixtures.npz("weights").names()) {
            Variable parameter = parameters.apply(name);
            int size = Math.toIntExact(parameter.value().size());
            found.put(name, parameter.hasGradient() ? ExactKernels.valuesOf(parameter.gradient()) : new double[size]);
        }
    }

    /** Writes the gradients of all parameters that are reached and that by the condition; returns the loss. */
    private double differentiate(String dropped, Matrix ofCondition) {
        try (Tape transformer = Tape.recording(kernels);
                Tape head = Tape.recording(kernels, this::moveSinusoids)) {
            Variable condition = condition(transformer, dropped);
            Variable output = output(head, Variable.parameter(condition.value(), ofCondition));
            double loss = backward(head, output);
            transformer.backward(condition, ofCondition);
            return loss;
        }
    }

    private Variable condition(Tape tape, String dropped) {
        Masking masking = Reference.masking();
        int[] labels = Reference.labels(dropped);
        return network.body()
                .conditions(
                        tape, TRAIN.floats("out.tokens"), labels, masking, RecordedRows.allTokens(), DropoutKeys.NONE);
    }

    private Variable output(Tape tape, Variable condition) {
        return network.head()
                .denoise(
                        tape,
                        TRAIN.floats("out.x_t"),
                        TRAIN.ints("in.t"),
                        network.head().embedCondition(tape, condition),
                        RecordedRows.ofConditions());
    }

    private double backward(Tape tape, Variable output) {
        float[] clean = tiled(TRAIN.floats("out.tokens"));
        float[] noise = TRAIN.floats("in.noise");
        float[] mask = tiled(TRAIN.floats("out.mask"));
        int[] timesteps = TRAIN.ints("in.t");
        float[] predicted = output.value().toFloats();
        DiffusionTerms terms = Reference.loss().evaluate(clean, noise, timesteps, mask, predicted, kernels.threads());
        double hidden =
                IntStream.range(0, mask.length).mapToDouble(n -> mask[n]).sum();
        double[] shares = IntStream.range(0, mask.length)
                .mapToDouble(n -> mask[n] / hidden)
                .toArray();
        LossLimits limits =
                new LossLimits(RoundingLimit::usual, Reference.diffusion(), clean, noise, timesteps, shares, predicted);
        Matrix gradient = kernels.allocate(output.rows(), output.columns());
        ExactKernels.assign(gradient, terms.gradient());
        move(gradient, limits.gradient());
        tape.backward(output, gradient);
        kernels.release(gradient);
        return moved(terms.loss(), limits.loss(terms.loss()));
    }

    private static float[] tiled(float[] values) {
        float[] result = new float[values.length * Reference.config().timestepsPerToken()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i % values.length];
        }
        return result;
    }

    /** An angle is rounded to float32 twice, frequency and product, and its cosine once. */
    private void moveSinusoids(String name, Matrix value) {
        if (name.equals("time_sinusoid")) {
            int[] timesteps =
                    IntStream.of(TRAIN.ints("in.t")).sorted().distinct().toArray();
            double[] limits = new double[Math.toIntExact(value.size())];
            int half = value.columns() / 2;
            Arrays.setAll(limits, i -> {
                double angle = timesteps[i / value.columns()] * Math.pow(10000, -(double) (i % half) / half);
                return RoundingLimit.FLOAT32 * (3 * angle + 2);
            });
            move(value, limits);
        }
    }

    private double moved(double value, double limit) {
        return kernels instanceof ExactKernels exact ? exact.moved(value, limit) : value;
    }

    private void move(Matrix matrix, double[] limits) {
        if (kernels instanceof ExactKernels exact) {
            exact.move(matrix, limits);
        }
    }
}
