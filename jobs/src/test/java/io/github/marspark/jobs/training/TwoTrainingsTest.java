package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that train into one folder: at once, and one after the other was killed. */
@Timeout(300)
class TwoTrainingsTest {
    @TempDir
    Path folder;

    @Test
    void oneTrainsAndTheOtherIsToldWhoUntilTheFirstIsKilled() throws Exception {
        Recipe recipe = TinyTraining.recipe(folder.resolve("out"));
        TinyTraining.writeLatents(recipe, 30);
        Path checkpoints = Path.of(recipe.checkpoints());
        Process first = start("first.log", recipe, "train.steps=100000");
        awaitSteps(checkpoints, 7);
        Process second = start("second.log", recipe, "train.steps=100000");
        assertThat(second.waitFor()).isEqualTo(1);
        assertThat(folder.resolve("second.log"))
                .content()
                .contains("train failed: %s is being written by train (".formatted(checkpoints))
                .contains(
                        "process %d) since".formatted(first.pid()),
                        "; wait for it, end it, or choose another folder by checkpoints=");
        assertThat(first.isAlive()).isTrue();
        first.destroyForcibly().waitFor();
        long steps = Files.readAllLines(checkpoints.resolve(MetricsFile.NAME)).size();
        String rest = "train.steps=" + (steps + 5);
        assertThat(start("third.log", recipe, rest).waitFor()).isZero();
        assertThat(folder.resolve("third.log"))
                .content()
                .contains("%s was left behind by train (".formatted(checkpoints))
                .contains("process %d) since".formatted(first.pid()), "goes on from " + checkpoints);
        assertThat(TinyTraining.losses(recipe)).hasSize(Math.toIntExact(steps + 5));
        try (Stream<Path> files = Files.list(checkpoints)) {
            assertThat(files.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }

    private Process start(String log, Recipe recipe, String... settings) throws IOException {
        Path file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        List<String> words = new ArrayList<>(List.of("train", file.toString(), "out=" + recipe.out()));
        words.addAll(Arrays.asList(settings));
        return MainProcess.of(folder.resolve(log), words).start();
    }

    private static void awaitSteps(Path checkpoints, int steps) throws IOException, InterruptedException {
        Path metrics = checkpoints.resolve(MetricsFile.NAME);
        while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < steps) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
