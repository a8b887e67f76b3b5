package io.github.marspark.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.loss.CrossEntropyLoss;
import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Losses;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Threads;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Losses that a GPU computes, beside the processor's. Both are float64, so that gradients differ by the rounding to float32
 * and a few of float64, of which a difference of two large terms makes more.
 */
class DeviceLossTest {
    private static final double FEW_ROUNDINGS = 1e-11;
    private static final double FLOAT_ROUNDING = Math.pow(2, -23);

    private CudaKernels kernels;
    private Losses losses;

    @BeforeEach
    void open() {
        kernels = EveryKernels.ofGpu();
        losses = kernels.losses().orElseThrow();
    }

    @AfterEach
    void close() {
        kernels.close();
    }

    private static float[] gaussians(Random random, int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** More rows than a block has warps and more columns than a warp has lanes; the first step with both open bins. */
    @Test
    void theDiffusionLossAndItsGradientAreTheProcessors() {
        int rows = 301;
        int width = 37;
        Random random = new Random(5);
        DiffusionLoss loss = new DiffusionLoss(GaussianDiffusion.of(NoiseSchedule.COSINE, 50));
        int[] timesteps =
                IntStream.range(0, rows).map(row -> row % 3 == 0 ? 0 : row % 50).toArray();
        float[] clean = gaussians(random, rows * width, 0.7);
        assertThat(IntStream.range(0, width).mapToObj(i -> clean[i]))
                .anyMatch(v -> v > 1)
                .anyMatch(v -> v < -1);
        float[] noise = gaussians(random, rows * width, 1);
        float[] output = gaussians(random, 2 * rows * width, 1);
        DiffusionTerms expected = loss.evaluate(clean, noise, timesteps, output, new Threads(1));
        Matrix gradient = kernels.allocate(rows, 2 * width);
        double found = loss.differentiate(losses, clean, noise, timesteps, kernels.allocate(output, rows), gradient)
                .getAsDouble();
        assertThat(found).isCloseTo(expected.loss(), within(FEW_ROUNDINGS * expected.loss()));
        check(gradient.toFloats(), expected.gradientAsFloats());
    }

    @Test
    void crossEntropyAndItsGradientAreTheProcessors() {
        int rows = 19;
        int codes = 45;
        Random random = new Random(6);
        float[] logits = gaussians(random, rows * codes, 3);
        int[] ids = random.ints(rows, 0, codes).toArray();
        LossTerms expected = CrossEntropyLoss.evaluate(ids, logits, new Threads(1));
        Matrix gradient = kernels.allocate(rows, codes);
        double found = losses.crossEntropy(kernels.allocate(logits, rows), ids, gradient)
                .getAsDouble();
        assertThat(found).isCloseTo(expected.loss(), within(FEW_ROUNDINGS * expected.loss()));
        check(gradient.toFloats(), expected.gradientAsFloats());
    }

    private static void check(float[] found, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            double limit = FLOAT_ROUNDING * Math.abs(expected[i]) + FEW_ROUNDINGS;
            assertThat((double) found[i]).as("gradient " + i).isCloseTo(expected[i], within(limit));
        }
    }

    /** A loss that nobody has read yet stays when others are computed. */
    @Test
    void lossesAreReadWhenTheyAreAskedFor() {
        float[] logits = {1, 2, 3, 4, 5, 6};
        var first = losses.crossEntropy(kernels.allocate(logits, 2), new int[] {0, 0}, kernels.allocate(2, 3));
        var second = losses.crossEntropy(kernels.allocate(logits, 2), new int[] {2, 2}, kernels.allocate(2, 3));
        assertThat(first.getAsDouble()).isCloseTo(second.getAsDouble() + 2, within(FEW_ROUNDINGS));
    }
}
