package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.training.FullDisk;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "spark.master",
            "local[2]",
            FullDisk.CLASS,
            FullDisk.class.getName(),
            FullDisk.IS_MADE_ANEW,
            "true",
            FullDisk.MATCHING,
            ".*/0001/\\.00001\\.png\\.tmp",
            FullDisk.FREE,
            "50");

    @TempDir
    Path folder;

    @BeforeEach
    void set() {
        SETTINGS.forEach(System::setProperty);
    }

    @AfterEach
    void clear() {
        SETTINGS.keySet().forEach(System::clearProperty);
    }

    @Test
    void aFullDiskIsNamedAndNothingIsShown() {
        TinyDrawing.prepared(folder);
        Recipe recipe = TinyTraining.recipe(
                folder, "samples=" + FullDisk.SCHEME + "://" + folder.resolve("samples"), "sample.per-class=2");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        SampleJob job = new SampleJob(recipe, new PrintStream(said, true, StandardCharsets.UTF_8));
        assertThatThrownBy(job::run).rootCause().hasMessage("No space left on device");
        assertThatThrownBy(job::run)
                .hasCauseInstanceOf(UncheckedIOException.class)
                .cause()
                .hasMessageMatching(
                        "full:%s/samples/\\.step-00000007\\.unfinished/0001/\\.00001\\.png\\.tmp cannot be written: No space left on device \\(on host .+\\); make room there, or name a folder on another disk, and start again"
                                .formatted(folder));
        assertThat(folder.resolve("samples/step-00000007")).doesNotExist();
        assertThat(folder.resolve("samples")).isDirectoryNotContaining("glob:**/.step-00000007.lease*");
        System.setProperty(FullDisk.MATCHING, "nothing");
        job.run();
        assertThat(folder.resolve("samples/step-00000007/0001/00001.png")).isNotEmptyFile();
    }
}
