package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.optimization.AdamWLimits;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Expectation;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steps of training from the reference's weights against its recorded ones. Both are float32: each is held to the steps
 * with exact gradients.
 *
 * <p>Adam divides a gradient by its size, so where one is small (that of the keys' bias is 0 in truth) roundings move a
 * parameter by as much as the learning rate does, and no farther: that is its limit at most.
 */
class MarTrainingTest {
    private static final Npz RECORDED = Fixtures.npz("adamw");
    private static final Map<String, Expectation> EXACT = new ConcurrentHashMap<>();

    private static Expectation exact(String run) {
        return EXACT.computeIfAbsent(
                run, name -> Expectation.of(kernels -> new TrainingSteps(kernels).take(hyper(name))));
    }

    /** The recorded float32 settings as the decimal numbers that were set. */
    private static double[] hyper(String run) {
        return Arrays.stream(RECORDED.doubles(run + ".hyper"))
                .map(value -> Double.parseDouble(Float.toString((float) value)))
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "clipped"})
    void stepsOfTrainingAreTheExactOnes(String run) {
        checkAll(run, new CpuKernels(new Threads(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "clipped"})
    void stepsOfTrainingAreTheExactOnesOnAGpu(String run) {
        checkAll(run, EveryKernels.ofGpu());
    }

    private static void checkAll(String run, Kernels kernels) {
        Named<double[]> taken = new TrainingSteps(kernels).take(hyper(run));
        taken.names().forEach(name -> check(run, name, taken.get(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "clipped"})
    void theExactStepsOfTrainingAreTheRecordedOnes(String run) {
        int compared = 0;
        for (String name : exact(run).names()) {
            String recorded = run + "." + name;
            if (RECORDED.has(recorded)) {
                check(run, name, RECORDED.doubles(recorded));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(4 * 13);
    }

    private static void check(String run, String name, double[] values) {
        double[] hyper = hyper(run);
        AdamWLimits limits = new AdamWLimits((int) hyper[7], hyper[0]);
        double apart = limits.apart(hyper[1], hyper[2]);
        Expectation exact = exact(run);
        if (name.startsWith("last.param.")) {
            exact.checkWithin(apart, name, values, limits::parameter);
        } else if (name.startsWith("last.ema.")) {
            exact.checkWithin(apart, name, values, limits::average);
        } else if (name.startsWith("last.exp_avg")) {
            double scaled = hyper[5] < exact.exact("grad_norm")[0] ? 2 * normLimit() : 0;
            exact.check(name, values, value -> limits.moment(value) + scaled * Math.abs(value));
        } else if (name.equals("grad_norm")) {
            exact.check(name, values, value -> normLimit() * value);
        } else {
            exact.check(name, values);
        }
    }

    /** A norm's own roundings in float32, relative: as many as the largest array has values. */
    private static double normLimit() {
        Npz weights = Fixtures.npz("weights");
        return RoundingLimit.usual(weights.names().stream()
                .mapToInt(name -> weights.array(name).size())
                .max()
                .orElseThrow());
    }

    /** The norms and sums of arrays that were recorded of all parameters. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "clipped"})
    void normsAndSumsOfAllParametersAreTheRecordedOnes(String run) {
        double[] hyper = hyper(run);
        AdamWLimits limits = new AdamWLimits((int) hyper[7], hyper[0]);
        double apart = limits.apart(hyper[1], hyper[2]);
        List<ParameterSpec> specs = MarParameters.layout(Reference.config()).specs();
        for (int i = 0; i < specs.size(); i++) {
            String name = "last.param." + specs.get(i).name();
            double[] values = exact(run).exact(name);
            double[] ofValues = exact(run).limits(name);
            double moved = IntStream.range(0, values.length)
                    .mapToDouble(n -> Math.min(ofValues[n] + limits.parameter(values[n]), apart))
                    .sum();
            double norm =
                    Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
            double magnitude = Arrays.stream(values).map(Math::abs).sum();
            double rounded = RoundingLimit.of(values.length);
            assertThat(norm)
                    .as("norm of " + name)
                    .isCloseTo(RECORDED.doubles(run + ".last.param_l2")[i], within(moved + rounded * norm));
            assertThat(Arrays.stream(values).sum())
                    .as("sum of " + name)
                    .isCloseTo(RECORDED.doubles(run + ".last.param_sum")[i], within(moved + rounded * magnitude));
        }
    }
}
