package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.mar.MarGenerator.Options;
import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.tensor.ExactKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;

/** A recorded generation, and the same by our network: each iteration from its recorded input. */
final class RecordedGeneration {
    private final MarConfig config = Reference.config();
    private final Npz run;
    private final int[] labels;
    private final int[][] orders;
    private final int iterations;

    RecordedGeneration(String name) {
        this.run = Fixtures.npz(name);
        this.labels = run.ints("in.labels");
        this.orders = Reference.orders(run);
        this.iterations = run.integer("in.num_iter");
    }

    /** Whether roundings stay what they are to the end: the noisiest time step, which multiplies them, is left out. */
    private boolean isWellConditioned() {
        int[] map = run.ints("in.timestep_map");
        return map[map.length - 1] < Reference.diffusion().steps() - 1;
    }

    /** What was recorded. */
    Named<double[]> recorded() {
        Named<double[]> recorded = new Named<>();
        for (int i = 0; i < iterations; i++) {
            String prefix = "iter" + i + ".";
            recorded.put(prefix + "z", run.doubles(prefix + "z"));
            recorded.put(prefix + "z_sel", run.doubles(prefix + "z_sel"));
            int drawn = run.floats(prefix + "init_noise").length;
            recorded.put(prefix + "sampled", Arrays.copyOf(run.doubles(prefix + "sampled"), drawn));
        }
        recorded.put("out.tokens", run.doubles("out.tokens"));
        recorded.put("out.latents", run.doubles("out.latents"));
        return recorded;
    }

    /** What some kernels make of the recorded inputs. */
    Named<double[]> by(Kernels kernels) {
        Named<double[]> found = new Named<>();
        MarNetwork network = new MarNetwork(config, Reference.parameters(DataType.FLOAT, kernels)::get);
        MarGenerator generator = generator(network, kernels);
        float[] values = {};
        for (int i = 0; i < iterations; i++) {
            String prefix = "iter" + i + ".";
            int samples = run.shape(prefix + "mask_in")[0];
            double[] conditions = conditions(network, kernels, i, samples);
            found.put(prefix + "z", conditions);
            found.put(prefix + "z_sel", rows(conditions, samples, i));
            values = Arrays.copyOf(
                    run.floats(prefix + "tokens_in"), labels.length * config.tokens() * config.tokenSize());
            generator.advance(generator.begin(), values, labels, orders, i, noise());
            found.put(prefix + "sampled", rows(Closeness.widen(values), labels.length, i));
        }
        float[] tokens = isWellConditioned() ? generator.generate(labels, noise()) : values;
        found.put("out.tokens", Closeness.widen(tokens));
        found.put("out.latents", Closeness.widen(patchify().unpatchify(tokens)));
        return found;
    }

    private Patchify patchify() {
        return new Patchify(config.latentChannels(), config.latentSize(), config.latentSize(), config.patch());
    }

    /** The decoder's conditions of all positions before an iteration, as the recorded ones of guided samples first. */
    private double[] conditions(MarNetwork network, Kernels kernels, int iteration, int samples) {
        String prefix = "iter" + iteration + ".";
        int[] classes = Arrays.copyOf(labels, samples);
        Arrays.fill(classes, labels.length, samples, -1);
        int[][] ofSamples = new int[samples][];
        Arrays.setAll(ofSamples, b -> orders[b % labels.length]);
        int masked = (int) Arrays.stream(run.doubles(prefix + "mask_in")).sum() / samples;
        Masking masking = Masking.of(ofSamples, masked);
        int[] all = IntStream.range(0, samples * config.tokens()).toArray();
        try (Tape tape = Tape.computing(kernels)) {
            return ExactKernels.valuesOf(network.body()
                    .conditions(tape, run.floats(prefix + "tokens_in"), classes, masking, all, DropoutKeys.NONE)
                    .value());
        }
    }

    /** Of values of all positions, those of the positions that an iteration predicts. */
    private double[] rows(double[] values, int samples, int iteration) {
        GenerationSchedule schedule = new GenerationSchedule(config.tokens(), iterations);
        int[] rows = IntStream.range(0, samples)
                .flatMap(b -> IntStream.of(schedule.positions(orders[b % labels.length], iteration))
                        .map(l -> b * config.tokens() + l))
                .toArray();
        return RecordedRows.rows(values, rows, values.length / (samples * config.tokens()));
    }

    private MarGenerator generator(MarNetwork network, Kernels kernels) {
        int[] map = run.ints("in.timestep_map");
        String spacing = isWellConditioned() ? "ddim" : "";
        GaussianDiffusion diffusion = Reference.diffusion().respaced(new Respacing(spacing + map.length));
        GuidanceSchedule schedule =
                run.integer("in.cfg_schedule_linear") == 1 ? GuidanceSchedule.LINEAR : GuidanceSchedule.CONSTANT;
        SamplingOptions sampling = SamplingOptions.REFERENCE.withTemperature(run.scalar("in.temperature"));
        return new MarGenerator(
                network, kernels, diffusion, new Options(iterations, run.scalar("in.cfg"), schedule, sampling));
    }

    /** The recorded noise, of which each sample takes its rows. */
    private GenerationNoise noise() {
        return new GenerationNoise() {
            @Override
            public int[] order(int sample, int tokens) {
                return orders[sample];
            }

            @Override
            public float[] initial(int sample, int iteration, int length) {
                float[] all = run.floats("iter" + iteration + ".init_noise");
                return Arrays.copyOfRange(all, sample * length, (sample + 1) * length);
            }

            @Override
            public float[] step(int sample, int iteration, int step, int length) {
                String array = "iter" + iteration + ".step_noise";
                int values = run.shape(array)[1] * run.shape(array)[2];
                int start = step * values + sample * length;
                return Arrays.copyOfRange(run.floats(array), start, start + length);
            }

            @Override
            public double uniform(int sample, int position, int redraw) {
                throw new AssertionError("no id is drawn");
            }

            @Override
            public double confidence(int sample, int position, int iteration) {
                throw new AssertionError("no id is drawn");
            }
        };
    }
}
