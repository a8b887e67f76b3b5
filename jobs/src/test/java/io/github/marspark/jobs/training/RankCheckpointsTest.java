package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.progress.FilesSeen;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checkpoints of a training of one rank. */
class RankCheckpointsTest {
    @TempDir
    Path root;

    private TrainingPlan plan;
    private CheckpointFolder folder;
    private GlobalBatch batch;
    private RankStep rankStep;

    @BeforeEach
    void begin() {
        Recipe recipe = TinyTraining.recipe(root);
        TinyTraining.writeLatents(recipe, 30);
        LatentIndex latents = LatentIndex.of(recipe.latents());
        plan = new TrainingPlan(Recipes.render(recipe), "test", latents, 1, 1, "127.0.0.1:1", RunToken.random(), "1a");
        folder = new CheckpointFolder(recipe.checkpoints());
        batch = GlobalBatch.ofRank(recipe, latents, 0, 1, root.resolve("copy"));
        rankStep = new RankStep(
                recipe,
                batch,
                new CpuKernels(new Threads(1)),
                (parameters, gradient, source) -> new SoloExchange(parameters.size()));
        rankStep.begin();
    }

    @AfterEach
    void end() {
        rankStep.close();
        batch.close();
    }

    private Outcome<String> save(long done, Function<FilesSeen, Map<String, String>> driver) {
        return new RankCheckpoints(plan, folder, rankStep, driver).save(done);
    }

    @Test
    void checkpointIsShownAfterTheDriverHasAnswered() {
        List<FilesSeen> asked = new ArrayList<>();
        Outcome<String> outcome = save(5, files -> {
            asked.add(files);
            assertThat(folder.steps()).isEmpty();
            return Map.of();
        });
        assertThat(outcome).isEqualTo(new Outcome.Done<>(folder.address(5)));
        CheckpointReader reader = CheckpointReader.latest(folder.store().path().toString());
        long bytes = reader.manifest().parts().get(0).bytes();
        assertThat(asked)
                .containsExactly(
                        new FilesSeen(".tmp-step-00000005-1a", Map.of("shard-00000-of-00001.safetensors", bytes)));
    }

    @Test
    void checkpointThatTheDriverDoesNotSeeIsNotShown() {
        assertThat(save(5, files -> Map.of("shard-00000-of-00001.safetensors", "is not there")))
                .isEqualTo(new Outcome.Failed<>(
                        "the checkpoint of step 5 cannot be written: for the driver, %s/.tmp-step-00000005-1a/shard-00000-of-00001.safetensors is not there; the one before is as it was"
                                .formatted(folder.store().path())));
        assertThat(folder.steps()).isEmpty();
    }

    @Test
    void driverThatDoesNotAnswerIsNamed() {
        Outcome<String> outcome = save(5, files -> {
            throw new IllegalStateException("the driver at host:1 has not answered: timeout");
        });
        assertThat(outcome)
                .isEqualTo(
                        new Outcome.Failed<>(
                                "the checkpoint of step 5 cannot be written: the driver at host:1 has not answered: timeout; the one before is as it was"));
        assertThat(folder.steps()).isEmpty();
    }
}
