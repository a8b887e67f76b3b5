package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.cluster.LoopbackCluster;
import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that a scheduler's signal ends. */
@Timeout(300)
class StoppedTrainingTest {
    /** 128 and the number of SIGTERM, as shells tell it. */
    private static final int TERMINATED = 143;

    /** None within this many steps, so that a checkpoint is there because of the signal. */
    private static final String RARE = "train.checkpoint.every-steps=100000";

    @TempDir
    Path folder;

    private Recipe recipe;
    private Path file;

    @BeforeEach
    void prepare() throws IOException {
        recipe = TinyTraining.recipe(folder.resolve("out"));
        TinyTraining.writeLatents(recipe, 30);
        file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
    }

    @Test
    void whatWasDoneIsKeptAndGoesOnToTheSameEnd() throws Exception {
        Process process = MainProcess.of(folder.resolve("one.log"), words("train.steps=100000", RARE))
                .start();
        long step = stopped(process, "one.log");
        String rest = "train.steps=" + (step + 3);
        assertThat(MainProcess.of(folder.resolve("two.log"), words(rest, RARE))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(folder.resolve("two.log")).content().contains("goes on from " + checkpoint(step));
        Map<Long, Double> losses = TinyTraining.losses(recipe);
        Recipe alone = TinyTraining.recipe(folder.resolve("alone"));
        TinyTraining.writeLatents(alone, 30);
        List<String> whole = new ArrayList<>(List.of("train", file.toString(), "out=" + alone.out(), rest));
        assertThat(MainProcess.of(folder.resolve("alone.log"), whole).start().waitFor())
                .isZero();
        assertThat(losses).isEqualTo(TinyTraining.losses(alone)).hasSize(Math.toIntExact(step + 3));
    }

    @Test
    void executorsElsewhereHearOfIt() throws Exception {
        try (LoopbackCluster cluster = new LoopbackCluster(folder.resolve("spark"), 1)) {
            Process process = MainProcess.on(
                            cluster, folder.resolve("one.log"), words("executors=2", "train.steps=100000", RARE))
                    .start();
            long step = stopped(process, "one.log");
            CheckpointReader last = CheckpointReader.latest(recipe.checkpoints());
            assertThat(last.step()).isEqualTo(step);
            // one of each executor, none of which is the driver's process
            assertThat(last.manifest().parts()).hasSize(2);
        }
    }

    /** Sends the signal after some steps; returns the step that the training has ended with. */
    private long stopped(Process process, String log) throws Exception {
        Path metrics = Path.of(recipe.checkpoints(), MetricsFile.NAME);
        while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < 7) {
            if (!process.isAlive()) {
                fail(Files.readString(folder.resolve(log)));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(TERMINATED);
        long step = Files.readAllLines(metrics).size();
        assertThat(folder.resolve(log))
                .content()
                .contains(
                        "asked to end: a checkpoint is saved after this step",
                        "ended with step %d of 100000, which %s holds; the same command goes on from there"
                                .formatted(step, checkpoint(step)))
                .doesNotContain("failed", "next: ");
        return step;
    }

    private String checkpoint(long step) {
        return recipe.checkpoints() + "/step-%08d".formatted(step);
    }

    private List<String> words(String... settings) {
        List<String> words = new ArrayList<>(List.of("train", file.toString(), "out=" + recipe.out()));
        words.addAll(Arrays.asList(settings));
        return words;
    }
}
