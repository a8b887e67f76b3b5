package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.AncestralSampler;
import io.github.marspark.model.diffusion.Denoiser;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Draws tokens of D numbers by reversing their diffusion. */
final class DiffusionTokens implements TokenSampler {
    private final DiffusionHead head;
    private final Kernels kernels;
    private final AncestralSampler sampler;
    private final int[] timesteps;

    DiffusionTokens(DiffusionHead head, Kernels kernels, GaussianDiffusion diffusion, SamplingOptions options) {
        this.head = head.forFewRows(kernels);
        this.kernels = kernels;
        this.sampler = new AncestralSampler(diffusion, options);
        this.timesteps =
                IntStream.range(0, diffusion.steps()).map(diffusion::timestep).toArray();
    }

    /** What the head is told about each token that is next, {@code (R, W)}, or {@code (2 R, W)}. */
    @Override
    public Variable view(Tape tape, Variable z) {
        return head.embedCondition(tape, z);
    }

    /** Each thread draws its share of the tokens from end to end, which saves a third of the head's time and more. */
    @Override
    public DrawnTokens draw(
            Tape tape, Variable condition, GenerationBatch batch, IterationNoise noise, double guidance) {
        EmbeddedTimes times = head.embedTimes(tape, timesteps);
        int rows = batch.next().length;
        float[] drawn = new float[rows * noise.size()];
        boolean guided = condition.rows() > rows;
        kernels.independently(rows, (own, from, to) -> {
            int[] conditions = IntStream.range(0, condition.rows() / rows)
                    .flatMap(half -> IntStream.range(half * rows + from, half * rows + to))
                    .toArray();
            Denoiser denoiser =
                    (x, timestep, output, n) -> denoise(own, x, timestep, times, condition, conditions, output);
            float[] tokens = guided
                    ? sampler.sampleGuided(denoiser, noise.ofRows(from, to), to - from, guidance)
                    : sampler.sample(denoiser, noise.ofRows(from, to), to - from);
            System.arraycopy(tokens, 0, drawn, from * noise.size(), tokens.length);
        });
        return new DrawnTokens(drawn, new double[0]);
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
