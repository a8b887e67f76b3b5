package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks that are computed once more, with dropout everywhere. */
class RecomputationTest {
    private static final int BATCH = 2;
    private static final int CODES = 7;
    private static final Transformer STACK = new Transformer(16, 3, 2, 4, 0.1, 0.1);

    /** A loss, and the gradient of all parameters. */
    private record Gradient(double loss, float[] values) {}

    private static MarConfig config(Design design) {
        MarConfig sizes = new MarConfig(4, 2, 1, 3, STACK, STACK, 2, new Head(16, 2), 2, 0.1, new MaskRate(0.7));
        return sizes.with(design);
    }

    private static Gradient gradient(MarConfig config, Kernels kernels, Recomputation recomputation) {
        Draws draws = new Draws(3);
        Parameters parameters = Parameters.zeros(MarParameters.layout(config));
        parameters.initialize(draws);
        disturb(parameters, draws);
        Parameters used = parameters.on(kernels);
        long[] samples = LongStream.range(0, BATCH).toArray();
        float[] tokens = draws.noise(0, 0, BATCH * config.tokens() * config.tokenSize());
        if (config.design().hasIds()) {
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = i % CODES;
            }
        }
        MarBatch batch = MarBatch.draw(config, draws, 1000, 0, samples, new int[BATCH], tokens, 12, new Threads(1));
        DiffusionLoss loss = new DiffusionLoss(GaussianDiffusion.of(NoiseSchedule.COSINE, 1000));
        double value = new MarObjective(new MarNetwork(config, used::variable), loss, recomputation)
                .differentiate(kernels, batch, DropoutKeys.of(draws, 0, samples))
                .getAsDouble();
        used.zeroMissingGradients(kernels);
        used.fetchGradients();
        return new Gradient(value, used.gradients().toFloatVector());
    }

    /** The head's last layers start as 0, behind which no gradient would come. */
    private static void disturb(Parameters parameters, Draws draws) {
        float[] noise = draws.noise(1, 0, Math.toIntExact(parameters.layout().size()));
        float[] values = parameters.values().toFloatVector();
        for (int i = 0; i < values.length; i++) {
            parameters.values().putScalar(i, values[i] + 0.05f * noise[i]);
        }
    }

    @ParameterizedTest
    @EnumSource(Attention.class)
    void noBitOfAGradientChanges(Attention attention) {
        check(new Design(attention, TokenOrder.RANDOM, TokenLoss.DIFFUSION, 0), new CpuKernels(new Threads(2)));
    }

    @Test
    void noBitOfAGradientOfIdsChanges() {
        Design ids = new Design(Attention.CAUSAL, TokenOrder.RASTER, TokenLoss.CROSS_ENTROPY, CODES);
        check(ids, new CpuKernels(new Threads(1)));
    }

    @Test
    void noBitOfAGradientChangesOnAGpu() {
        try (CudaKernels kernels = EveryKernels.ofGpu()) {
            check(Design.MAR, kernels);
        }
    }

    private static void check(Design design, Kernels kernels) {
        Gradient kept = gradient(config(design), kernels, Recomputation.NONE);
        Gradient recomputed = gradient(config(design), kernels, Recomputation.BLOCKS);
        assertThat(kept.values).isNotEqualTo(new float[kept.values.length]);
        assertThat(recomputed.values).isEqualTo(kept.values);
        assertThat(recomputed.loss).isEqualTo(kept.loss);
    }

    /**
     * Of a block's some ten activations one is kept, and one block is there as a whole at a time: with more than twenty, less
     * than a third of all.
     */
    @Test
    void muchLessIsKept() {
        MarConfig base = MarConfig.base();
        long kept = StepMemory.ofGpu(base, 16, Recomputation.NONE).activations();
        long recomputed = StepMemory.ofGpu(base, 16, Recomputation.BLOCKS).activations();
        assertThat(recomputed).isLessThan(kept / 3);
    }
}
