package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.mar.MarGenerator.Options;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Expectation;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Generation against the reference's recorded runs, with their recorded noise. Both are float32: each is held to what the
 * network generates exactly, as near as its roundings allow after the reverse steps have made more of them.
 */
class MarGeneratorTest {
    private static final long SEED = 3;

    private static final Map<String, Expectation> EXACT = new ConcurrentHashMap<>();

    private final Kernels kernels = new CpuKernels(new Threads(2));
    private final MarConfig config = Reference.config();
    private final MarNetwork network = new MarNetwork(config, Reference.parameters(DataType.FLOAT, kernels)::get);

    static List<String> runs() {
        return Fixtures.samples();
    }

    private static Expectation exact(String name) {
        return EXACT.computeIfAbsent(name, run -> Expectation.of(kernels -> new RecordedGeneration(run).by(kernels)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void conditionsAndTokensOfEachIterationAreTheExactOnes(String name) {
        for (int threads : new int[] {1, 2}) {
            check(name, new CpuKernels(new Threads(threads)));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void conditionsAndTokensOfEachIterationAreTheExactOnesOnAGpu(String name) {
        check(name, EveryKernels.ofGpu());
    }

    private static void check(String name, Kernels kernels) {
        Named<double[]> computed = new RecordedGeneration(name).by(kernels);
        computed.names().forEach(what -> exact(name).check(what, computed.get(what)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theExactConditionsAndTokensOfEachIterationAreTheRecordedOnes(String name) {
        Named<double[]> recorded = new RecordedGeneration(name).recorded();
        recorded.names().forEach(what -> exact(name).check(what, recorded.get(what)));
    }

    @Test
    void anImageDoesNotDependOnTheBatchItIsGeneratedIn() {
        int[] labels = {0, 1, config.classes() - 1};
        float[] together = generate(kernels, 2, labels, 10);
        int size = together.length / labels.length;
        Expectation exact = Expectation.of(own -> named("image", generate(own, 2, new int[] {labels[2]}, 12)));
        exact.check("image", Closeness.widen(generate(kernels, 2, new int[] {labels[2]}, 12)));
        exact.check("image", Closeness.widen(Arrays.copyOfRange(together, 2 * size, 3 * size)));
        assertThat(together).isEqualTo(generate(kernels, 2, labels, 10));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2})
    void neitherThreadsNorImagesOfTheSameClassChangeAnImage(double guidance) {
        int[] labels = IntStream.range(0, 25)
                .map(i -> i % Math.min(3, config.classes()))
                .toArray(); // rows enough for a share a thread
        float[] together = generate(kernels, guidance, labels, 0);
        int size = together.length / labels.length;
        for (int sample : new int[] {0, 12, 24}) {
            int[] label = {labels[sample]};
            Expectation exact = Expectation.of(own -> named("image", generate(own, guidance, label, sample)));
            float[] alone = generate(new CpuKernels(new Threads(1)), guidance, label, sample);
            exact.check("image", Closeness.widen(alone));
            exact.check("image", Closeness.widen(Arrays.copyOfRange(together, sample * size, (sample + 1) * size)));
        }
    }

    /** Images from the number {@code first} on. */
    private float[] generate(Kernels own, double guidance, int[] labels, int first) {
        Options options = new Options(4, guidance, GuidanceSchedule.LINEAR, SamplingOptions.REFERENCE.withClamp(5));
        GaussianDiffusion diffusion = Reference.diffusion().respaced(new Respacing("ddim25"));
        return new MarGenerator(network, own, diffusion, options)
                .generate(labels, GenerationNoise.of(new Draws(SEED), first));
    }

    @Test
    void aWatcherIsToldOfTheConditionsAndThenOfTheTokensOfEachIteration() {
        List<String> told = new ArrayList<>();
        GenerationWatcher watcher = new GenerationWatcher() {
            @Override
            public void conditionsKnown() {
                told.add("conditions");
            }

            @Override
            public void see(int iterations, float[] values, boolean[] known) {
                told.add("tokens " + iterations);
            }
        };
        Options options = new Options(2, 1, GuidanceSchedule.CONSTANT, SamplingOptions.REFERENCE);
        new MarGenerator(network, kernels, Reference.diffusion().respaced(new Respacing("2")), options)
                .generate(new int[] {0}, GenerationNoise.of(new Draws(SEED), 0), watcher);
        assertThat(told).containsExactly("conditions", "tokens 1", "conditions", "tokens 2");
    }

    private static Named<double[]> named(String name, float[] values) {
        Named<double[]> named = new Named<>();
        named.put(name, Closeness.widen(values));
        return named;
    }

    @Test
    void moreIterationsThanTokensAreRefused() {
        Options options = new Options(config.tokens() + 1, 1, GuidanceSchedule.CONSTANT, SamplingOptions.REFERENCE);
        GaussianDiffusion diffusion = Reference.diffusion();
        assertThatThrownBy(() -> new MarGenerator(network, kernels, diffusion, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "iterations is %d, must be at most the %d tokens: an iteration would have nothing to predict"
                                .formatted(config.tokens() + 1, config.tokens()));
    }
}
