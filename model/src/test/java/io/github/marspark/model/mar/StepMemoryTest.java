package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.cuda.Emulation;
import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StepMemoryTest {
    private static final Transformer STACK = new Transformer(64, 2, 4, 4, 0.1, 0.1);
    private static final MarConfig CONFIG =
            new MarConfig(16, 4, 2, 5, STACK, STACK, 8, new Head(96, 2), 4, 0.1, new MaskRate(0.7));

    @Test
    void stepTakesWhatWasCountedAndTheBlocksOfItsKernels() {
        int batch = 24;
        StepMemory counted = StepMemory.of(CONFIG, batch);
        CpuKernels kernels = new CpuKernels(new Threads(1));
        int fewest = Masking.count(CONFIG.tokens(), CONFIG.maskRate().minimum());
        differentiate(kernels, batch, fewest);
        differentiate(kernels, batch, CONFIG.tokens());
        assertThat(counted.parameters()).isEqualTo(MarParameters.layout(CONFIG).size());
        // A slab is at least a quarter of all before it, so what an operation puts aside may cost one slab more.
        assertThat(kernels.allocatedBytes()).isBetween(counted.activations(), counted.activations() * 3 / 2);
    }

    @Test
    void stepOnAGpuTakesWhatWasCountedToTheByte() {
        int batch = 24;
        int fewest = Masking.count(CONFIG.tokens(), CONFIG.maskRate().minimum());
        assertThat(Math.max(bytesOnGpu(batch, fewest), bytesOnGpu(batch, CONFIG.tokens())))
                .isEqualTo(StepMemory.ofGpu(CONFIG, batch).activations());
    }

    private static long bytesOnGpu(int batch, int masked) {
        try (CudaKernels kernels = EveryKernels.ofGpu()) {
            Emulation.pretend(true);
            differentiate(kernels, batch, masked);
            return kernels.allocatedBytes();
        } finally {
            Emulation.pretend(false);
        }
    }

    @Test
    void memoryGrowsWithTheBatch() {
        assertThat((double) StepMemory.of(CONFIG, 96).activations())
                .isBetween(
                        1.5 * StepMemory.of(CONFIG, 48).activations(),
                        2.5 * StepMemory.of(CONFIG, 48).activations());
    }

    private static void differentiate(Kernels kernels, int batch, int masked) {
        GaussianDiffusion diffusion = GaussianDiffusion.of(NoiseSchedule.COSINE, 1000);
        Draws draws = new Draws(3);
        Parameters parameters = Parameters.zeros(MarParameters.layout(CONFIG));
        parameters.initialize(draws);
        Parameters used = parameters.on(kernels);
        long[] samples = LongStream.range(0, batch).toArray();
        float[] tokens = draws.noise(0, 0, batch * CONFIG.tokens() * CONFIG.tokenSize());
        MarBatch drawn = MarBatch.draw(
                CONFIG, draws, diffusion.steps(), 0, samples, new int[batch], tokens, masked, kernels.threads());
        new MarObjective(new MarNetwork(CONFIG, used::variable), new DiffusionLoss(diffusion))
                .differentiate(kernels, drawn, DropoutKeys.of(draws, 0, samples));
    }
}
