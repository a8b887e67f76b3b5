package io.github.marspark.model.mar;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.mar.MarGenerator.Options;
import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Generation against the reference's recorded runs, with their recorded noise. */
class MarGeneratorTest {
    /** Products of another number of rows round otherwise, and the reverse steps amplify that. */
    private static final double SAME = 1e-4;

    private final Kernels kernels = new CpuKernels(new Threads(2));
    private final MarConfig config = Reference.config();
    private final MarNetwork network = new MarNetwork(config, Reference.parameters(DataType.FLOAT)::get);

    static List<String> runs() {
        return Fixtures.samples();
    }

    static List<String> wellConditionedRuns() {
        return runs().stream().filter(name -> name.contains("ddim")).toList();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void eachIterationDrawsTheRecordedTokensFromItsRecordedInput(String name) {
        Npz run = Fixtures.npz(name);
        MarGenerator generator = generator(run);
        int[][] orders = Reference.orders(run);
        for (int iteration = 0; iteration < run.integer("in.num_iter"); iteration++) {
            float[] values = recordedInput(run, iteration);
            generator.advance(values, run.ints("in.labels"), orders, iteration, recordedNoise(run));
            float[] drawn = rows(values, run, orders, iteration);
            float[] recorded = run.floats("iter" + iteration + ".sampled");
            String what = name + " iteration " + iteration;
            assertClose(what, drawn, Arrays.copyOf(recorded, drawn.length), 1e-3);
            if (iteration == run.integer("in.num_iter") - 1) {
                assertImages(name, values, run);
            }
        }
    }

    private void assertImages(String name, float[] tokens, Npz run) {
        assertClose(name, tokens, run.floats("out.tokens"), 1e-3);
        Patchify patchify =
                new Patchify(config.latentChannels(), config.latentSize(), config.latentSize(), config.patch());
        assertClose(name, patchify.unpatchify(tokens), run.floats("out.latents"), 1e-3);
    }

    @ParameterizedTest
    @MethodSource("wellConditionedRuns")
    void aWholeRunEndsInTheRecordedImages(String name) {
        Npz run = Fixtures.npz(name);
        assertImages(name, generator(run).generate(run.ints("in.labels"), recordedNoise(run)), run);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theConditionOfEveryPositionIsTheRecordedOne(String name) {
        Npz run = Fixtures.npz(name);
        for (int iteration = 0; iteration < run.integer("in.num_iter"); iteration++) {
            String prefix = "iter" + iteration + ".";
            int samples = run.shape(prefix + "mask_in")[0];
            int[] labels = Arrays.copyOf(run.ints("in.labels"), samples);
            Arrays.fill(labels, run.ints("in.labels").length, samples, -1);
            int[][] orders = Arrays.copyOf(Reference.orders(run), samples);
            for (int b = 0; b < samples; b++) {
                orders[b] = orders[b % run.ints("in.labels").length];
            }
            int masked = (int) sum(run.floats(prefix + "mask_in")) / samples;
            Masking masking = Masking.of(orders, masked);
            int[] all = IntStream.range(0, samples * config.tokens()).toArray();
            try (Tape tape = Tape.computing(kernels)) {
                var encoded = network.encode(tape, run.floats(prefix + "tokens_in"), labels, masking, DropoutKeys.NONE);
                var z = network.decode(tape, encoded, masking, all, DropoutKeys.NONE);
                float[] conditions = z.value().toFloats();
                assertClose(name + " " + prefix + "z", conditions, run.floats(prefix + "z"), 1e-5);
                float[] selected = rows(conditions, run, orders, iteration);
                assertClose(name + " " + prefix + "z_sel", selected, run.floats(prefix + "z_sel"), 1e-5);
            }
        }
    }

    @Test
    void anImageDoesNotDependOnTheBatchItIsGeneratedIn() {
        Options options = new Options(4, 2, GuidanceSchedule.LINEAR, SamplingOptions.REFERENCE.withClamp(5));
        GaussianDiffusion diffusion =
                GaussianDiffusion.of(NoiseSchedule.COSINE, 1000).respaced(new Respacing("ddim25"));
        MarGenerator generator = new MarGenerator(network, kernels, diffusion, options);
        Draws draws = new Draws(3);
        int[] labels = {0, 1, config.classes() - 1};
        float[] together = generator.generate(labels, GenerationNoise.of(draws, 10));
        float[] alone = generator.generate(new int[] {labels[2]}, GenerationNoise.of(draws, 12));
        assertClose("third image", alone, Arrays.copyOfRange(together, 2 * alone.length, 3 * alone.length), SAME);
        assertThat(together).isEqualTo(generator.generate(labels, GenerationNoise.of(draws, 10)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2})
    void neitherThreadsNorImagesOfTheSameClassChangeAnImage(double guidance) {
        int[] labels = IntStream.range(0, 25)
                .map(i -> i % Math.min(3, config.classes()))
                .toArray(); // rows enough for a share a thread
        Options options = new Options(4, guidance, GuidanceSchedule.CONSTANT, SamplingOptions.REFERENCE.withClamp(5));
        GaussianDiffusion diffusion =
                GaussianDiffusion.of(NoiseSchedule.COSINE, 1000).respaced(new Respacing("ddim25"));
        Draws draws = new Draws(4);
        float[] together =
                new MarGenerator(network, kernels, diffusion, options).generate(labels, GenerationNoise.of(draws, 0));
        MarGenerator alone = new MarGenerator(network, new CpuKernels(new Threads(1)), diffusion, options);
        for (int sample : new int[] {0, 12, 24}) {
            float[] image = alone.generate(new int[] {labels[sample]}, GenerationNoise.of(draws, sample));
            float[] same = Arrays.copyOfRange(together, sample * image.length, (sample + 1) * image.length);
            assertClose("image " + sample, same, image, SAME);
        }
    }

    @Test
    void moreIterationsThanTokensAreRefused() {
        Options options = new Options(config.tokens() + 1, 1, GuidanceSchedule.CONSTANT, SamplingOptions.REFERENCE);
        GaussianDiffusion diffusion = GaussianDiffusion.of(NoiseSchedule.COSINE, 1000);
        assertThatThrownBy(() -> new MarGenerator(network, kernels, diffusion, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "iterations is %d, must be at most the %d tokens: an iteration would have nothing to predict"
                                .formatted(config.tokens() + 1, config.tokens()));
    }

    private MarGenerator generator(Npz run) {
        int[] map = run.ints("in.timestep_map");
        int steps = Fixtures.config().path("diffusion_steps").intValue();
        GaussianDiffusion full = GaussianDiffusion.of(NoiseSchedule.COSINE, steps);
        GaussianDiffusion diffusion = full.respaced(new Respacing(Integer.toString(map.length)));
        if (!Arrays.equals(
                map, IntStream.range(0, map.length).map(diffusion::timestep).toArray())) {
            diffusion = full.respaced(new Respacing("ddim" + map.length));
        }
        GuidanceSchedule schedule =
                run.integer("in.cfg_schedule_linear") == 1 ? GuidanceSchedule.LINEAR : GuidanceSchedule.CONSTANT;
        SamplingOptions sampling = SamplingOptions.REFERENCE.withTemperature(run.scalar("in.temperature"));
        return new MarGenerator(
                network,
                kernels,
                diffusion,
                new Options(run.integer("in.num_iter"), run.scalar("in.cfg"), schedule, sampling));
    }

    private float[] recordedInput(Npz run, int iteration) {
        float[] doubled = run.floats("iter" + iteration + ".tokens_in");
        return Arrays.copyOf(doubled, run.ints("in.labels").length * config.tokens() * config.tokenSize());
    }

    /** Of values of all positions, those of the positions that an iteration predicts. */
    private float[] rows(float[] values, Npz run, int[][] orders, int iteration) {
        int size = values.length / (orders.length * config.tokens());
        GenerationSchedule schedule = new GenerationSchedule(config.tokens(), run.integer("in.num_iter"));
        int[] rows = IntStream.range(0, orders.length)
                .flatMap(b ->
                        IntStream.of(schedule.positions(orders[b], iteration)).map(l -> b * config.tokens() + l))
                .toArray();
        float[] result = new float[rows.length * size];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * size, result, i * size, size);
        }
        return result;
    }

    private static float sum(float[] values) {
        float sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    /** The recorded noise, of which each sample takes its rows. */
    private static GenerationNoise recordedNoise(Npz run) {
        return new GenerationNoise() {
            @Override
            public int[] order(int sample, int tokens) {
                return Reference.orders(run)[sample];
            }

            @Override
            public float[] initial(int sample, int iteration, int length) {
                float[] all = run.floats("iter" + iteration + ".init_noise");
                return Arrays.copyOfRange(all, sample * length, (sample + 1) * length);
            }

            @Override
            public float[] step(int sample, int iteration, int step, int length) {
                String name = "iter" + iteration + ".step_noise";
                int values = run.shape(name)[1] * run.shape(name)[2];
                int start = step * values + sample * length;
                return Arrays.copyOfRange(run.floats(name), start, start + length);
            }
        };
    }
}
