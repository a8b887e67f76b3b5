package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.checkpoint.CheckpointTensor;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.GradientSource;
import io.github.marspark.jobs.exchange.NetworkExchange;
import io.github.marspark.jobs.exchange.NetworkExchange.Member;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two ranks in this process, that speak over sockets. */
@Timeout(120)
class RankStepTest {
    private static final int RANKS = 2;
    private static final int STEPS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Recipe recipe;

    @BeforeEach
    void latents() {
        recipe = TinyTraining.recipe(folder);
        TinyTraining.writeLatents(recipe, 30);
    }

    /** Ranks that are at work, each on a thread of its own. */
    private final class Ranks implements AutoCloseable {
        private final RunToken token = RunToken.random();
        private final List<NetworkExchange> exchanges = new ArrayList<>();
        private final List<GlobalBatch> batches = new ArrayList<>();
        private final List<RankStep> steps = new ArrayList<>();

        Ranks(String name) {
            LatentIndex index = LatentIndex.of(recipe.latents());
            for (int rank = 0; rank < RANKS; rank++) {
                Path file = folder.resolve(name + rank);
                batches.add(GlobalBatch.ofRank(recipe, index, rank, RANKS, file));
                steps.add(new RankStep(recipe, batches.get(rank), new CpuKernels(new Threads(1)), this::open));
            }
            exchanges.forEach(exchange -> exchange.connect(
                    exchanges.stream().map(NetworkExchange::address).toList()));
        }

        private NetworkExchange open(FlatVector parameters, FlatVector gradient, GradientSource source) {
            SparkConf conf = new SparkConf(false).set("spark.app.id", "steps");
            Member member = new Member(
                    exchanges.size(), RANKS, token, parameters, gradient, source, new Threads(1), PATIENCE, () -> {});
            exchanges.add(new NetworkExchange(
                    member, "127.0.0.1", handler -> new SparkNetwork(conf, null, "steps", PATIENCE, handler)));
            return exchanges.get(exchanges.size() - 1);
        }

        Ranks onEach(Consumer<RankStep> work) {
            CompletableFuture<?>[] running = steps.stream()
                    .map(step -> CompletableFuture.runAsync(() -> work.accept(step), task -> new Thread(task).start()))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(running).join();
            return this;
        }

        Ranks train() {
            return onEach(step -> {
                step.begin();
                IntStream.range(0, STEPS).forEach(step::run);
            });
        }

        /** What a rank would write into a checkpoint. */
        List<float[]> vectors(int rank) {
            List<float[]> vectors = new ArrayList<>();
            for (CheckpointTensor tensor : CheckpointTensor.values()) {
                steps.get(rank).optimizer().tensors().read(tensor.key(), chunk -> {
                    float[] values = new float[chunk.remaining()];
                    chunk.get(values);
                    vectors.add(values);
                });
            }
            return vectors;
        }

        float[] parameters(int rank) {
            return steps.get(rank).replica().parameters().array().toFloatVector();
        }

        @Override
        public void close() {
            steps.forEach(RankStep::close);
            batches.forEach(GlobalBatch::close);
        }
    }

    /** As if that rank had another kind of processor. */
    private static void spoil(RankStep step) {
        if (step.exchange().rank() == 1) {
            step.replica().parameters().array().addi(0.01f);
        }
    }

    @Test
    void otherStartingValuesOfAnotherRankThan0ChangeNoBit() {
        try (Ranks undisturbed = new Ranks("undisturbed").train();
                Ranks mixed = new Ranks("mixed").onEach(RankStepTest::spoil).train()) {
            for (int rank = 0; rank < RANKS; rank++) {
                assertThat(mixed.vectors(rank)).usingRecursiveComparison().isEqualTo(undisturbed.vectors(rank));
                assertThat(mixed.parameters(rank)).isEqualTo(undisturbed.parameters(0));
            }
        }
    }

    @Test
    void ranksThatDifferAllTheSameAreNotTrained() {
        try (Ranks ranks = new Ranks("different").onEach(RankStepTest::spoil)) {
            assertThatThrownBy(() -> ranks.onEach(step -> new ParameterCheck(step.exchange(), step::parameters, 0)))
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .rootCause()
                    .hasMessageMatching(
                            "ranks [01] and [01] begin with different parameters, although both have them from one place; do their executors run the same program, and is their memory sound\\?");
        }
    }

    @Test
    void theMovingAverageStandsOnAllRanksWhereTheParametersWereAndTheyComeBack() {
        try (Ranks ranks = new Ranks("average").train()) {
            List<float[]> before = List.of(ranks.parameters(0), ranks.parameters(1));
            List<List<float[]>> shards = List.of(ranks.vectors(0), ranks.vectors(1));
            float[][] seen = new float[RANKS][];
            ranks.onEach(step -> {
                for (long done = STEPS; done < STEPS + 2; done++) {
                    seen[step.exchange().rank()] = step.onAverage(done, average -> average.toFloatVector());
                }
            });
            int average = List.of(CheckpointTensor.values()).indexOf(CheckpointTensor.AVERAGE);
            float[] expected = joined(shards.get(0).get(average), shards.get(1).get(average));
            assertThat(expected).isNotEqualTo(before.get(0));
            for (int rank = 0; rank < RANKS; rank++) {
                assertThat(seen[rank]).isEqualTo(expected);
                assertThat(ranks.parameters(rank)).isEqualTo(before.get(rank));
                assertThat(ranks.vectors(rank)).usingRecursiveComparison().isEqualTo(shards.get(rank));
            }
        }
    }

    private static float[] joined(float[] first, float[] second) {
        float[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Test
    void allRanksTellTheSameOfAStepButItsCost() {
        List<StepResult> results = java.util.Collections.synchronizedList(new ArrayList<>());
        try (Ranks ranks = new Ranks("told")) {
            ranks.onEach(step -> {
                step.begin();
                results.add(step.run(0));
            });
        }
        assertThat(results)
                .hasSize(RANKS)
                .extracting(StepResult::step, StepResult::loss, StepResult::learningRate, StepResult::gradientNorm)
                .containsOnly(org.assertj.core.api.Assertions.tuple(
                        1L, results.get(0).loss(), 0.0, results.get(0).gradientNorm()));
        assertThat(results).allSatisfy(result -> {
            StepCost cost = result.cost();
            assertThat(cost.computing() + cost.reducing() + cost.updating() + cost.communicating())
                    .isEqualTo(cost.all());
            assertThat(cost.traffic().bytesSent()).isPositive();
        });
    }
}
