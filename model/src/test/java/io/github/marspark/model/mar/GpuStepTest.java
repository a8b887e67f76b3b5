package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.marspark.model.cuda.Emulation;
import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.cuda.GpuCounts;
import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a step of MAR-B asks of a GPU, counted without computing it: 64 images, 218 of 256 tokens hidden. */
class GpuStepTest {
    private static final int BATCH = 64;
    private static final int HIDDEN = 218;
    private static final MarConfig MAR_B = MarConfig.base();

    @BeforeEach
    void pretend() {
        assumeFalse(Emulation.isReplacedByGpu(), "a GPU would compute it");
        Emulation.pretend(true);
    }

    @AfterEach
    void computeAgain() {
        Emulation.pretend(false);
    }

    @Test
    void aStepOfMarBAsksForFewLaunchesAndAllocatesNothingTheSecondTime() {
        ParameterLayout layout = MarParameters.layout(MAR_B);
        Gpu gpu = Emulation.open();
        try (CudaKernels kernels = new CudaKernels(gpu, new Threads(1))) {
            Named<Variable> parameters = new Named<>();
            for (ParameterSpec spec : layout.specs()) {
                int columns = spec.size() / spec.rows();
                parameters.put(
                        spec.name(),
                        Variable.parameter(
                                kernels.allocate(spec.rows(), columns), kernels.allocate(spec.rows(), columns)));
            }
            MarObjective objective = new MarObjective(
                    new MarNetwork(MAR_B, parameters::get),
                    new DiffusionLoss(GaussianDiffusion.of(NoiseSchedule.COSINE, 1000)));
            differentiate(objective, kernels);
            gpu.counters().reset();
            differentiate(objective, kernels);
            GpuCounts counted = gpu.counters();
            int launches = counted.launches().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            assertThat(launches).isLessThanOrEqualTo(700);
            assertThat(counted.products()).isLessThanOrEqualTo(510);
            assertThat(counted.allocations()).isZero();
            assertThat(counted.bytesUp())
                    .isLessThan(20_000_000); // the batch, the gradient of the output, rows and keys
            assertThat(counted.bytesDown()).isEqualTo(4L * BATCH * HIDDEN * 4 * 32); // the output
        }
    }

    private static void differentiate(MarObjective objective, CudaKernels kernels) {
        long[] samples = LongStream.range(0, BATCH).toArray();
        Draws draws = new Draws(0);
        float[] tokens = new float[BATCH * MAR_B.tokens() * MAR_B.tokenSize()];
        MarBatch batch = MarBatch.draw(MAR_B, draws, 1000, 0, samples, new int[BATCH], tokens, HIDDEN, new Threads(2));
        objective.differentiate(kernels, batch, DropoutKeys.of(draws, 0, samples));
    }
}
