package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.CheckpointTensor;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.cuda.Emulation;
import io.github.marspark.model.cuda.GpuCounts;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A single rank on a GPU that is emulated: everything of a step is there. */
class GpuRankStepTest {
    private static final int STEPS = 2;
    private static final String[] FEW = {"train.global-batch=4", "train.streams=4", "train.warmup-steps=1"};

    @TempDir
    Path folder;

    private Recipe recipe;

    @BeforeEach
    void latents() {
        recipe = TinyTraining.recipe(folder, FEW);
        TinyTraining.writeLatents(recipe, 30);
    }

    /** A training on some kernels. */
    private final class Run implements AutoCloseable {
        private final Kernels kernels;
        private final GlobalBatch batch;
        private final RankStep rankStep;

        Run(String name, Recipe recipe, Kernels kernels) {
            this.kernels = kernels;
            this.batch = GlobalBatch.ofRank(recipe, LatentIndex.of(recipe.latents()), 0, 1, folder.resolve(name));
            this.rankStep = new RankStep(
                    recipe, batch, kernels, (parameters, gradient, source) -> new SoloExchange(parameters.size()));
        }

        double[] losses(int from, int to) {
            return LongStream.range(from, to)
                    .mapToDouble(step -> rankStep.run(step).loss())
                    .toArray();
        }

        Map<String, float[]> vectors() {
            Map<String, float[]> vectors = new HashMap<>();
            for (CheckpointTensor tensor : CheckpointTensor.values()) {
                rankStep.optimizer().tensors().read(tensor.key(), chunk -> {
                    float[] values = new float[chunk.remaining()];
                    chunk.get(values);
                    vectors.put(tensor.key(), values);
                });
            }
            return vectors;
        }

        @Override
        public void close() {
            rankStep.close();
            batch.close();
            if (kernels instanceof CudaKernels onGpu) {
                onGpu.close();
            }
        }
    }

    private Run onGpu(String name, Recipe of) {
        return new Run(name, of, new CudaKernels(Emulation.open(), new Threads(1)));
    }

    /** In one part, and in two, whose gradients are added up. */
    @ParameterizedTest
    @ValueSource(ints = {4, 2})
    void itLearnsAsTheProcessorDoes(int largestBatch) {
        Recipe parts = TinyTraining.recipe(folder, FEW[0], FEW[1], FEW[2], "train.largest-batch=" + largestBatch);
        try (Run gpu = onGpu("gpu", parts);
                Run processor = new Run("processor", parts, new CpuKernels(new Threads(1)))) {
            gpu.rankStep.begin();
            processor.rankStep.begin();
            double[] expected = processor.losses(0, STEPS);
            double[] found = gpu.losses(0, STEPS);
            for (int step = 0; step < STEPS; step++) {
                assertThat(found[step]).isCloseTo(expected[step], within(1e-5 * expected[step]));
            }
            assertThat(gpu.vectors().get(CheckpointTensor.PARAMETERS.key()))
                    .containsExactly(processor.vectors().get(CheckpointTensor.PARAMETERS.key()), within(1e-4f));
        }
    }

    @Test
    void aStepTakesNoMemoryAndBringsBackLossAndNormAlone() {
        try (Run gpu = onGpu("gpu", recipe)) {
            gpu.rankStep.begin();
            gpu.losses(0, STEPS);
            GpuCounts counters = ((CudaKernels) gpu.kernels).gpu().counters();
            counters.reset();
            gpu.losses(STEPS, 2 * STEPS);
            long tokens = 4 * 16 * 2 * Float.BYTES;
            long timesteps = 4 * 16 * 4 * 256 * Float.BYTES; // the sinusoids of each
            assertThat(counters.allocations()).isZero();
            assertThat(counters.bytesDown()).isEqualTo(STEPS * Double.BYTES * 2);
            // tokens, and four times each hidden one with its noise, noisy and clean; rows, keys and the loss's table
            assertThat(counters.bytesUp()).isBetween(STEPS * tokens, STEPS * (13 * tokens + timesteps + 60_000));
        }
    }

    @Test
    void aCheckpointIsTheStateBitForBit() {
        try (Run whole = onGpu("whole", recipe);
                Run begun = onGpu("begun", recipe);
                Run continued = onGpu("continued", recipe)) {
            whole.rankStep.begin();
            begun.rankStep.begin();
            double[] losses = whole.losses(0, 2 * STEPS);
            begun.losses(0, STEPS);
            continued.rankStep.optimizer().restore(saved(begun));
            assertThat(continued.vectors()).usingRecursiveComparison().isEqualTo(begun.vectors());
            double[] rest = continued.losses(STEPS, 2 * STEPS);
            assertThat(rest).isEqualTo(Arrays.copyOfRange(losses, STEPS, 2 * STEPS));
            assertThat(continued.vectors()).usingRecursiveComparison().isEqualTo(whole.vectors());
        }
    }

    private CheckpointReader saved(Run run) {
        LatentIndex latents = LatentIndex.of(recipe.latents());
        TrainingPlan plan =
                new TrainingPlan(Recipes.render(recipe), "test", latents, 1, 1, "127.0.0.1:1", RunToken.random(), "1a");
        CheckpointFolder checkpoints = new CheckpointFolder(recipe.checkpoints());
        assertThat(new RankCheckpoints(plan, checkpoints, run.rankStep, files -> Map.of()).save(STEPS))
                .isInstanceOf(Outcome.Done.class);
        return CheckpointReader.latest(recipe.checkpoints());
    }

    @Test
    void theMovingAverageStandsWhereTheParametersWereAndTheyComeBack() {
        try (Run gpu = onGpu("gpu", recipe)) {
            gpu.rankStep.begin();
            gpu.losses(0, STEPS);
            Map<String, float[]> before = gpu.vectors();
            float[] seen = gpu.rankStep.onAverage(STEPS, average -> average.toFloatVector());
            assertThat(seen).isEqualTo(before.get(CheckpointTensor.AVERAGE.key()));
            assertThat(gpu.vectors()).usingRecursiveComparison().isEqualTo(before);
            assertThat(gpu.rankStep.parameters().array().toFloatVector())
                    .isEqualTo(before.get(CheckpointTensor.PARAMETERS.key()));
        }
    }
}
