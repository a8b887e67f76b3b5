package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.AncestralSampler;
import io.github.marspark.model.diffusion.Denoiser;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
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
    private final DiffusionHead head;
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
        this.network = network;
        this.head = network.head().forFewRows(kernels);
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
        GenerationBatch batch = GenerationBatch.of(values, labels, orders, schedule, iteration);
        int size = network.config().tokenSize();
        IterationNoise drawnFrom = new IterationNoise(noise, iteration, schedule.predicted(iteration), size);
        try (Tape tape = Tape.computing(kernels)) {
            Variable condition = tape.scope(() -> condition(tape, options.guides() ? batch.guided() : batch));
            EmbeddedTimes times = head.embedTimes(tape, timesteps);
            batch.reveal(draw(condition, times, batch.next().length, iteration, drawnFrom));
        }
    }

    /** What the head is told about each token that is next, {@code (R, W)}, or {@code (2 R, W)} with guidance. */
    private Variable condition(Tape tape, GenerationBatch batch) {
        Masking masking = batch.masking();
        Variable encoded = network.encode(tape, batch.tokens(), batch.labels(), masking, DropoutKeys.NONE);
        Variable z = network.decode(tape, encoded, masking, batch.next(), DropoutKeys.NONE); // (R, F)
        return head.embedCondition(tape, z);
    }

    /**
     * The tokens of an iteration's rows, {@code (R, D)}. Each thread draws its share of them from end to end, which saves a
     * third of the head's time and more.
     */
    private float[] draw(Variable condition, EmbeddedTimes times, int rows, int iteration, IterationNoise noise) {
        float[] drawn = new float[rows * noise.size()];
        double guidance = schedule.guidance(options.schedule(), options.guidance(), iteration);
        kernels.independently(rows, (own, from, to) -> {
            int[] conditions = IntStream.range(0, condition.rows() / rows)
                    .flatMap(half -> IntStream.range(half * rows + from, half * rows + to))
                    .toArray();
            Denoiser denoiser =
                    (x, timestep, output, n) -> denoise(own, x, timestep, times, condition, conditions, output);
            float[] tokens = options.guides()
                    ? sampler.sampleGuided(denoiser, noise.ofRows(from, to), to - from, guidance)
                    : sampler.sample(denoiser, noise.ofRows(from, to), to - from);
            System.arraycopy(tokens, 0, drawn, from * noise.size(), tokens.length);
        });
        return drawn;
    }

    private void denoise(
            Kernels own, float[] x, int timestep, EmbeddedTimes times, Variable condition, int[] rows, float[] output) {
        int[] same = new int[rows.length];
        Arrays.fill(same, timestep);
        try (Tape tape = Tape.computing(own)) {
            Variable predicted = head.denoise(tape, x, same, times, condition, rows);
            System.arraycopy(predicted.value().toFloats(), 0, output, 0, output.length);
        }
    }
}
