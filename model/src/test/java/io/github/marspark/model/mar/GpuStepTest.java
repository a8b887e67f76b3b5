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
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.DeviceOptimizer;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.CudaVectors;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.MatrixStorage;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.function.DoubleSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a step of MAR-B asks of a GPU, counted without computing it: 64 images, 218 of 256 tokens hidden. */
class GpuStepTest {
    private static final int BATCH = 64;
    private static final int HIDDEN = 218;
    private static final int LAUNCHES = 641;
    private static final int PRODUCTS = 483;
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

    /** Forward, loss and back, the norm for clipping, AdamW and the moving average. */
    @Test
    void aStepOfMarBAsksForFewLaunchesAndAllocatesNothingTheSecondTime() {
        ParameterLayout layout = MarParameters.layout(MAR_B);
        Gpu gpu = Emulation.open();
        try (CudaKernels kernels = new CudaKernels(gpu, new Threads(1))) {
            CudaVectors vectors = kernels.vectors();
            MatrixStorage values = vectors.zeros(layout.size());
            MatrixStorage gradient = vectors.zeros(layout.size());
            Named<Variable> parameters = new Named<>();
            for (int i = 0; i < layout.specs().size(); i++) {
                ParameterSpec spec = layout.specs().get(i);
                int columns = spec.size() / spec.rows();
                parameters.put(
                        spec.name(),
                        Variable.parameter(
                                Matrix.part(values, layout.offset(i), spec.rows(), columns),
                                Matrix.part(gradient, layout.offset(i), spec.rows(), columns)));
            }
            MarObjective objective = new MarObjective(
                    new MarNetwork(MAR_B, parameters::get),
                    new DiffusionLoss(GaussianDiffusion.of(NoiseSchedule.COSINE, 1000)));
            DeviceOptimizer optimizer =
                    new DeviceOptimizer(vectors, AdamW.PAPER, layout, values, gradient, 0, layout.size());
            MatrixStorage squares = vectors.sums(1);
            step(objective, optimizer, kernels, squares);
            gpu.counters().reset();
            double[] read = step(objective, optimizer, kernels, squares);
            GpuCounts counted = gpu.counters();
            int launches = counted.launches().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            assertThat(launches).isLessThanOrEqualTo(LAUNCHES);
            assertThat(counted.products()).isLessThanOrEqualTo(PRODUCTS);
            assertThat(counted.allocations()).isZero();
            assertThat(counted.bytesUp()).isLessThan(20_000_000); // the batch with its noise, rows and keys
            assertThat(counted.bytesDown())
                    .isEqualTo((long) read.length * Double.BYTES); // the loss and the gradient's norm
        }
    }

    private static double[] step(
            MarObjective objective, DeviceOptimizer optimizer, CudaKernels kernels, MatrixStorage squares) {
        DoubleSupplier loss = differentiate(objective, kernels);
        int size = Math.toIntExact(MarParameters.layout(MAR_B).size());
        optimizer.measure(0, size, squares, 0);
        double[] read = {loss.getAsDouble(), kernels.vectors().read(squares)[0]};
        optimizer.update(0, size, new OptimizerStep(0, 1e-4, 1, 0.9999));
        return read;
    }

    private static DoubleSupplier differentiate(MarObjective objective, CudaKernels kernels) {
        long[] samples = LongStream.range(0, BATCH).toArray();
        Draws draws = new Draws(0);
        float[] tokens = new float[BATCH * MAR_B.tokens() * MAR_B.tokenSize()];
        MarBatch batch = MarBatch.draw(MAR_B, draws, 1000, 0, samples, new int[BATCH], tokens, HIDDEN, new Threads(2));
        return objective.differentiate(kernels, batch, DropoutKeys.of(draws, 0, samples));
    }
}
