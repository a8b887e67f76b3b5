package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.AncestralSampler;
import io.github.marspark.model.diffusion.Denoiser;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.SamplingNoise;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Generates images token set after token set: each iteration asks the transformer about the next positions of every
 * sample's order and draws their tokens by the diffusion head.
 *
 * <p>With guidance both conditions run as one batch, conditional samples first. Legend as in {@link MarNetwork}. Not
 * thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">sections 3.3 and 3.4</a>
 */
public final class MarGenerator {
    /**
     * What a user may choose.
     *
     * @param iterations sets of tokens an image; at most L
     * @param guidance scale of classifier-free guidance; 1 switches it off
     * @param schedule how the scale grows over the iterations
     * @param sampling temperature and clamp of the diffusion
     */
    public record Options(int iterations, double guidance, GuidanceSchedule schedule, SamplingOptions sampling) {
        /** Whether samples are guided. */
        boolean guides() {
            return guidance != 1;
        }
    }

    private final MarNetwork network;
    private final Kernels kernels;
    private final Options options;
    private final GenerationSchedule schedule;
    private final AncestralSampler sampler;
    private final int[] timesteps;

    /**
     * A generator of a network's images.
     *
     * @param diffusion respaced as wanted
     * @throws IllegalArgumentException if there are more iterations than tokens
     */
    public MarGenerator(MarNetwork network, Kernels kernels, GaussianDiffusion diffusion, Options options) {
        this.network = network.withHeadForFewRows();
        this.kernels = kernels;
        this.options = options;
        this.schedule = new GenerationSchedule(network.config().tokens(), options.iterations());
        this.sampler = new AncestralSampler(diffusion, options.sampling());
        this.timesteps =
                IntStream.range(0, diffusion.steps()).map(diffusion::timestep).toArray();
    }

    /**
     * Generates one image a label.
     *
     * @param labels {@code (B)}, class or -1 for none
     * @return tokens {@code (B L, D)}, scaled latents
     * @throws IllegalArgumentException if a label is no class
     */
    public float[] generate(int[] labels, GenerationNoise noise) {
        int tokens = network.config().tokens();
        int[][] orders = IntStream.range(0, labels.length)
                .mapToObj(sample -> noise.order(sample, tokens))
                .toArray(int[][]::new);
        float[] values = new float[labels.length * tokens * network.config().tokenSize()];
        for (int iteration = 0; iteration < options.iterations(); iteration++) {
            advance(values, labels, orders, iteration, noise);
        }
        return values;
    }

    /**
     * One iteration: draws the tokens of every sample's next positions.
     *
     * @param values {@code (B L, D)}, read at known positions, written at the next ones
     * @param orders {@code (B, L)}
     */
    void advance(float[] values, int[] labels, int[][] orders, int iteration, GenerationNoise noise) {
        int tokens = network.config().tokens();
        int[] rows = IntStream.range(0, labels.length)
                .flatMap(b ->
                        IntStream.of(schedule.positions(orders[b], iteration)).map(l -> b * tokens + l))
                .toArray(); // (R)
        float[] drawn;
        try (Tape tape = Tape.computing(kernels)) {
            Variable condition = tape.scope(() -> condition(tape, values, labels, orders, iteration, rows));
            Variable times = tape.scope(() -> network.embedTime(tape, timesteps)); // (S, W)
            drawn = draw(condition, times, rows.length, iteration, new IterationNoise(iteration, noise));
        }
        int size = network.config().tokenSize();
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(drawn, i * size, values, rows[i] * size, size);
        }
    }

    /** What the head is told about each row, {@code (R, W)}, or {@code (2 R, W)} with guidance. */
    private Variable condition(Tape tape, float[] values, int[] labels, int[][] orders, int iteration, int[] rows) {
        Masking masking = Masking.of(twice(orders), schedule.masked(iteration));
        int copies = masking.samples() / labels.length;
        int[] classes = Arrays.copyOf(labels, masking.samples());
        Arrays.fill(classes, labels.length, classes.length, -1);
        float[] known = Arrays.copyOf(values, copies * values.length);
        System.arraycopy(values, 0, known, known.length - values.length, values.length);
        int[] asked = IntStream.range(0, copies * rows.length)
                .map(i -> rows[i % rows.length] + i / rows.length * labels.length * masking.tokens())
                .toArray();
        Variable encoded = network.encode(tape, known, classes, masking, DropoutKeys.NONE);
        return network.embedCondition(tape, network.decode(tape, encoded, masking, asked, DropoutKeys.NONE));
    }

    private int[][] twice(int[][] orders) {
        int[][] doubled = Arrays.copyOf(orders, options.guides() ? 2 * orders.length : orders.length);
        System.arraycopy(orders, 0, doubled, doubled.length - orders.length, orders.length);
        return doubled;
    }

    /** The tokens of an iteration's rows, {@code (R, D)}. */
    private float[] draw(Variable condition, Variable times, int rows, int iteration, IterationNoise noise) {
        float[] drawn = new float[rows * network.config().tokenSize()];
        double guidance = schedule.guidance(options.schedule(), options.guidance(), iteration);
        kernels.independently(rows, (own, from, to) -> {
            int[] conditions = IntStream.range(0, condition.rows() / rows)
                    .flatMap(half -> IntStream.range(half * rows + from, half * rows + to))
                    .toArray();
            Denoiser denoiser =
                    (x, timestep, output, n) -> denoise(own, x, timestep, times, condition, conditions, output);
            SamplingNoise part = noise.ofRows(from, to);
            float[] tokens = options.guides()
                    ? sampler.sampleGuided(denoiser, part, to - from, guidance)
                    : sampler.sample(denoiser, part, to - from);
            System.arraycopy(tokens, 0, drawn, from * network.config().tokenSize(), tokens.length);
        });
        return drawn;
    }

    private void denoise(
            Kernels own, float[] x, int timestep, Variable times, Variable condition, int[] rows, float[] output) {
        int[] which = new int[rows.length];
        Arrays.fill(which, Arrays.binarySearch(timesteps, timestep));
        try (Tape tape = Tape.computing(own)) {
            float[] predicted = network.denoise(tape, x, times, which, condition, rows)
                    .value()
                    .toFloats();
            System.arraycopy(predicted, 0, output, 0, predicted.length);
        }
    }

    /** The noise of an iteration, each sample's rows behind those of the one before. */
    private final class IterationNoise {
        private final int iteration;
        private final int rows;
        private final GenerationNoise noise;

        IterationNoise(int iteration, GenerationNoise noise) {
            this.iteration = iteration;
            this.rows = schedule.predicted(iteration);
            this.noise = noise;
        }

        /** The noise of some rows; a sample of which they have but some draws all of its own. */
        SamplingNoise ofRows(int from, int to) {
            int length = rows * network.config().tokenSize();
            return new SamplingNoise() {
                @Override
                public float[] initial() {
                    return join(from, to, sample -> noise.initial(sample, iteration, length));
                }

                @Override
                public float[] step(int step) {
                    return join(from, to, sample -> noise.step(sample, iteration, step, length));
                }
            };
        }

        private float[] join(int from, int to, IntFunction<float[]> ofSample) {
            int size = network.config().tokenSize();
            float[] all = new float[(to - from) * size];
            for (int sample = from / rows; sample * rows < to; sample++) {
                int first = Math.max(from, sample * rows);
                int end = Math.min(to, (sample + 1) * rows);
                System.arraycopy(
                        ofSample.apply(sample),
                        (first - sample * rows) * size,
                        all,
                        (first - from) * size,
                        (end - first) * size);
            }
            return all;
        }
    }
}
