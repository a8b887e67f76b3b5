package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.loss.Categorical;
import io.github.marspark.model.mar.MarGenerator.Options;
import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.ExactKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Nd4jKernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Generation by the systems beside MAR against recorded runs, with their noise and uniform numbers. */
class SystemGenerationTest {
    private static final double NUMBERS = 1e-4;
    private static final double KEYS = 2e-5;

    static Stream<Arguments> runs() {
        return ArFixtures.samples().stream()
                .flatMap(name -> Stream.of(
                                new CpuKernels(new Threads(1)),
                                new CpuKernels(new Threads(2)),
                                new Nd4jKernels(DataType.FLOAT))
                        .map(kernels -> Arguments.of(name, kernels)));
    }

    /** A recorded run. */
    private static final class Run {
        private final Npz recorded;
        private final RecordedSystem system;
        private final MarConfig config;
        private final MarNetwork network;
        private final int[] labels;
        private final int[][] orders;
        private final int iterations;
        private final boolean confidence;

        Run(String name) {
            this.recorded = ArFixtures.npz(name);
            this.system = RecordedSystem.ofSample(name);
            this.config = system.config();
            this.network = system.network(DataType.FLOAT);
            this.labels = RecordedSystem.labels(recorded);
            this.orders = system.design().isCausal()
                    ? RecordedSystem.ordersOf(RecordedSystem.rows(recorded, "in.sigma"))
                    : RecordedSystem.rows(recorded, "in.orders");
            this.iterations = system.design().isCausal() ? config.tokens() : recorded.integer("in.num_iter");
            this.confidence = recorded.has("in.confidence_temperature");
        }

        GuidanceSchedule schedule() {
            return recorded.integer("in.cfg_schedule_linear") == 1
                    ? GuidanceSchedule.LINEAR
                    : GuidanceSchedule.CONSTANT;
        }

        double guidance(int iteration) {
            return new GenerationSchedule(config.tokens(), iterations)
                    .guidance(schedule(), recorded.scalar("in.cfg"), iteration);
        }

        MarGenerator generator(Kernels kernels) {
            SamplingOptions sampling = SamplingOptions.REFERENCE.withTemperature(recorded.scalar("in.temperature"));
            Reveal reveal = confidence ? new Reveal(recorded.scalar("in.confidence_temperature")) : Reveal.BY_ORDER;
            String steps =
                    ArFixtures.FOLDER.config().path("model").path("steps").asText();
            return new MarGenerator(
                    network,
                    kernels,
                    RecordedSystem.diffusion().respaced(new Respacing(steps)),
                    new Options(iterations, recorded.scalar("in.cfg"), schedule(), sampling, reveal));
        }

        /** Of an array of an iteration, or of one whose first axis is that of iterations, the iteration's part. */
        double[] of(int iteration, String name) {
            if (!system.design().isCausal()) {
                return numbers("iter" + iteration + "." + name);
            }
            double[] all = numbers("step." + name);
            int size = all.length / iterations;
            return Arrays.copyOfRange(all, iteration * size, (iteration + 1) * size);
        }

        private double[] numbers(String name) {
            boolean ids = name.endsWith("ids_in")
                    || (name.endsWith("sampled") && config.design().hasIds());
            return ids ? Closeness.widen(RecordedSystem.ids(recorded, name)) : recorded.doubles(name);
        }

        GenerationNoise noise() {
            return new GenerationNoise() {
                @Override
                public int[] order(int sample, int tokens) {
                    return orders[sample];
                }

                @Override
                public float[] initial(int sample, int iteration, int length) {
                    int start = (iteration * labels.length + sample) * length;
                    return Arrays.copyOfRange(recorded.floats("in.init_noise"), start, start + length);
                }

                @Override
                public float[] step(int sample, int iteration, int step, int length) {
                    int steps = recorded.shape("in.step_noise")[1];
                    int start = ((iteration * steps + step) * labels.length + sample) * length;
                    return Arrays.copyOfRange(recorded.floats("in.step_noise"), start, start + length);
                }

                @Override
                public double uniform(int sample, int position, int redraw) {
                    if (!recorded.has("in.uniform")) {
                        return 0; // the most probable id is taken, whatever chance says
                    }
                    int start = (redraw * labels.length + sample) * config.tokens();
                    return recorded.floats("in.uniform")[start + position];
                }

                @Override
                public double confidence(int sample, int position, int iteration) {
                    int start = (iteration * labels.length + sample) * config.tokens();
                    return recorded.floats("in.gumbel_uniform")[start + position];
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void whatIsGeneratedIsTheRecordedSample(String name, Kernels kernels) {
        Run run = new Run(name);
        float[] tokens = run.generator(kernels).generate(run.labels, run.noise());
        if (run.config.design().hasIds()) {
            assertThat(tokens).isEqualTo(RecordedSystem.ids(run.recorded, "out.ids"));
        } else {
            Closeness.assertClose("tokens", Closeness.widen(tokens), run.recorded.doubles("out.tokens"), NUMBERS);
            Patchify patchify = new Patchify(
                    run.config.latentChannels(), run.config.latentSize(), run.config.latentSize(), run.config.patch());
            Closeness.assertClose(
                    "latents",
                    Closeness.widen(patchify.unpatchify(tokens)),
                    run.recorded.doubles("out.latents"),
                    NUMBERS);
        }
    }

    /** The conditions of each iteration as they are asked for. */
    private record Watched(GenerationConditions conditions, List<double[]> seen) implements GenerationConditions {
        @Override
        public Variable next(Tape tape, GenerationBatch batch) {
            Variable z = conditions.next(tape, batch);
            seen.add(ExactKernels.valuesOf(z.value()));
            return z;
        }

        @Override
        public void close() {
            conditions.close();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void eachIterationIsTheRecordedOne(String name, Kernels kernels) {
        Run run = new Run(name);
        MarGenerator generator = run.generator(kernels);
        List<double[]> seen = new ArrayList<>();
        float[] values = new float[run.labels.length * run.config.tokens() * run.config.tokenSize()];
        int[][] orders = Arrays.stream(run.orders).map(int[]::clone).toArray(int[][]::new);
        GenerationSchedule schedule = new GenerationSchedule(run.config.tokens(), run.iterations);
        try (GenerationConditions conditions = generator.begin()) {
            for (int i = 0; i < run.iterations; i++) {
                Masking before = Masking.of(orders, schedule.masked(i));
                float[] known = values.clone();
                generator.advance(new Watched(conditions, seen), values, run.labels, orders, i, run.noise());
                checkInput(run, before, known, i);
                checkConditions(run, kernels, seen.get(i), i);
                checkDrawn(run, before, Masking.of(orders, left(schedule, i)), values, i);
            }
            checkCache(run, conditions);
        }
    }

    private static int left(GenerationSchedule schedule, int iteration) {
        return schedule.masked(iteration) - schedule.predicted(iteration);
    }

    private static void checkInput(Run run, Masking before, float[] known, int iteration) {
        assertThat(run.guidance(iteration))
                .isCloseTo(run.of(iteration, "w")[0], within(1e-6 * run.of(iteration, "w")[0]));
        if (!run.config.design().isCausal()) {
            assertThat(Closeness.widen(known)).isEqualTo(run.of(iteration, "ids_in"));
            assertThat(Closeness.widen(before.mask())).isEqualTo(run.of(iteration, "mask_in"));
        }
    }

    private static void checkConditions(Run run, Kernels kernels, double[] z, int iteration) {
        boolean causal = run.config.design().isCausal();
        Closeness.assertClose("z of " + iteration, z, run.of(iteration, causal ? "z" : "z_sel"), NUMBERS);
        if (run.config.design().hasIds()) {
            int codes = run.config.design().codes();
            double[] expected = run.of(iteration, "guided_logits");
            int rows = expected.length / codes;
            float[] logits = logits(run, kernels, z);
            double[] guided = IntStream.range(0, rows)
                    .mapToObj(row -> CategoricalTokens.guided(logits, row, rows, codes, run.guidance(iteration)))
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            Closeness.assertClose("guided logits of " + iteration, guided, expected, NUMBERS);
            if (run.recorded.has("step.logits")) {
                Closeness.assertClose("logits", Closeness.widen(logits), run.of(iteration, "logits"), NUMBERS);
            }
        }
    }

    private static float[] logits(Run run, Kernels kernels, double[] z) {
        float[] rounded = new float[z.length];
        IntStream.range(0, z.length).forEach(i -> rounded[i] = (float) z[i]);
        try (Tape tape = Tape.computing(kernels)) {
            int rows = z.length / run.config.decoder().width();
            return run.network
                    .categoricalHead()
                    .logits(tape, tape.constant(rounded, rows))
                    .value()
                    .toFloats();
        }
    }

    private static void checkDrawn(Run run, Masking before, Masking after, float[] values, int iteration) {
        float[] was = before.mask();
        float[] is = after.mask();
        int size = run.config.tokenSize();
        double[] drawn = IntStream.range(0, was.length)
                .filter(token -> was[token] == 1 && is[token] == 0)
                .flatMap(token -> IntStream.range(token * size, (token + 1) * size))
                .mapToDouble(i -> values[i])
                .toArray();
        if (run.confidence) {
            double[] all = run.of(iteration, "sampled"); // of all hidden tokens, of which some are kept
            int[] hidden = IntStream.range(0, was.length)
                    .filter(token -> was[token] == 1)
                    .toArray();
            double[] kept = IntStream.range(0, hidden.length)
                    .filter(i -> is[hidden[i]] == 0)
                    .mapToDouble(i -> all[i])
                    .toArray();
            assertThat(drawn).isEqualTo(kept);
        } else if (run.config.design().hasIds()) {
            assertThat(drawn).isEqualTo(run.of(iteration, "sampled"));
        } else {
            Closeness.assertClose("drawn in " + iteration, drawn, run.of(iteration, "sampled"), NUMBERS);
        }
    }

    /** Recorded are {@code (B, heads, L, width of a head)} of keys and of values. */
    private static void checkCache(Run run, GenerationConditions conditions) {
        if (conditions instanceof CausalTransformer.Generation generation) {
            for (int block = 0; run.recorded.has("cache.blk" + block + ".k"); block++) {
                Matrix cached = generation.cache().of(block);
                int width = cached.columns() / 2;
                check(run, cached.columns(0, width), "cache.blk" + block + ".k");
                check(run, cached.columns(width, 2 * width), "cache.blk" + block + ".v");
            }
        }
    }

    private static void check(Run run, Matrix cached, String name) {
        int[] shape = run.recorded.shape(name);
        double[] values = ExactKernels.valuesOf(cached);
        double[] byHeads = new double[values.length];
        for (int i = 0; i < byHeads.length; i++) {
            int in = i % shape[3];
            int row = i / shape[3] % shape[2];
            int head = i / shape[3] / shape[2] % shape[1];
            int sample = i / shape[3] / shape[2] / shape[1];
            byHeads[i] = values[((sample * shape[2] + row) * shape[1] + head) * shape[3] + in];
        }
        Closeness.assertClose(name, byHeads, run.recorded.doubles(name), KEYS);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theCacheGivesWhatIsComputedWithoutIt(String name, Kernels kernels) {
        Run run = new Run(name);
        if (!run.config.design().isCausal()) {
            return;
        }
        List<double[]> seen = new ArrayList<>();
        MarGenerator generator = run.generator(kernels);
        float[] values = new float[run.labels.length * run.config.tokens() * run.config.tokenSize()];
        try (GenerationConditions conditions = generator.begin()) {
            for (int i = 0; i < run.iterations; i++) {
                generator.advance(new Watched(conditions, seen), values, run.labels, run.orders, i, run.noise());
            }
        }
        Masking masking = Masking.of(run.orders, run.config.tokens());
        double[] all;
        try (Tape tape = Tape.computing(kernels)) {
            int[] targets = run.network.body().targets(masking);
            all = ExactKernels.valuesOf(run.network
                    .body()
                    .conditions(tape, values, run.labels, masking, targets, DropoutKeys.NONE)
                    .value());
        }
        int width = run.config.decoder().width();
        for (int i = 0; i < run.iterations; i++) {
            int slot = i;
            int[] rows = IntStream.range(0, run.labels.length)
                    .map(b -> b * run.iterations + slot)
                    .toArray();
            double[] cached = Arrays.copyOf(seen.get(i), rows.length * width);
            Closeness.assertClose("slot " + i, cached, RecordedRows.rows(all, rows, width), 5e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void confidenceIsTheRecordedOne(String name, Kernels kernels) {
        Run run = new Run(name);
        if (!run.confidence) {
            return;
        }
        MarGenerator generator = run.generator(kernels);
        int[][] orders = Arrays.stream(run.orders).map(int[]::clone).toArray(int[][]::new);
        float[] values = new float[run.labels.length * run.config.tokens()];
        GenerationSchedule schedule = new GenerationSchedule(run.config.tokens(), run.iterations);
        for (int i = 0; i < run.iterations; i++) {
            GenerationBatch batch = GenerationBatch.ofAllHidden(values, run.labels, orders, schedule, i);
            double[] sampled = run.of(i, "sampled");
            double[] logProbabilities = logProbabilities(run, i, sampled);
            float[] ids = new float[sampled.length];
            IntStream.range(0, ids.length).forEach(row -> ids[row] = (float) sampled[row]);
            double[] found = generator.confidences(batch, new DrawnTokens(ids, logProbabilities), i, run.noise());
            double[] recorded = run.of(i, "confidence");
            double[] expected = IntStream.of(batch.next())
                    .mapToDouble(token -> recorded[token])
                    .toArray();
            Closeness.assertClose("confidence of " + i, found, expected, NUMBERS);
            try (GenerationConditions conditions = generator.begin()) {
                generator.advance(conditions, values, run.labels, orders, i, run.noise());
            }
        }
    }

    private static double[] logProbabilities(Run run, int iteration, double[] sampled) {
        double[] logits = run.of(iteration, "guided_logits");
        int codes = run.config.design().codes();
        return IntStream.range(0, sampled.length)
                .mapToDouble(row -> {
                    double[] own = Arrays.copyOfRange(logits, row * codes, (row + 1) * codes);
                    return Math.log(Categorical.of(own, run.recorded.scalar("in.temperature"))
                            .of((int) sampled[row]));
                })
                .toArray();
    }
}
