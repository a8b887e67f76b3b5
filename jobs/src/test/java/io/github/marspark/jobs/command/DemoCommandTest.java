package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.ViewedFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the demo does around the jobs it calls. */
class DemoCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void theProjectIsNotTheWorkingDirectory() throws IOException {
        Path project = Files.createDirectories(folder.resolve("my project"));
        Path recipes = Files.createDirectories(project.resolve("recipes"));
        Files.copy(Path.of("..", "recipes", "fashion-mnist.conf"), recipes.resolve("fashion-mnist.conf"));
        System.setProperty("mar.home", project.toString());
    }

    @AfterEach
    void nobodyElseIsTold() {
        System.clearProperty("mar.home");
    }

    @Test
    void whatToRunNextGoesOnWithThisDemo() throws IOException {
        Path out = folder.resolve("out");
        Files.writeString(
                Files.createDirectories(out.resolve("drawn/step-00000100")).resolve("samples.png"), "a sheet");
        Files.writeString(Files.createDirectories(out.resolve("checkpoints")).resolve("loss.png"), "a curve");
        List<String> said =
                demo("out=" + out, "samples=" + out.resolve("drawn"), "train.steps=100", "sample.labels=[2, 3]");
        assertThat(out.resolve("samples.png")).hasContent("a sheet");
        assertThat(out.resolve("loss.png")).hasContent("a curve");
        assertThat(out.resolve("images/1-trouser")).isDirectory();
        String project = "'" + folder.resolve("my project");
        String line = "  %s/mar' %s %1$s/recipes/fashion-mnist.conf' out=%s samples=%s train.steps=%d %s";
        assertThat(said)
                .contains(
                        line.formatted(project, "sample", out, out + "/drawn", 100, "sample.labels=1 sample.seed=2"),
                        line.formatted(project, "train", out, out + "/drawn", 400, "'sample.labels=[2, 3]'")
                                + "   (goes on where the demo stopped)");
        assertThat(said).anyMatch(text -> text.startsWith("  " + project + "/mar' help train "));
    }

    @Test
    void imagesElsewhereAreRefused() {
        try (ViewedFolder viewed = new ViewedFolder(folder)) {
            String images = viewed.address() + "/images";
            assertThatThrownBy(() -> demo("out=" + folder, "images=" + images))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the demo lays its images out on this machine's own disks, but images is " + images
                            + "; give images=file:///FOLDER");
        }
    }

    private static List<String> demo(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DemoCommand(List.of(), List.of())
                .run(Arrays.asList(arguments), new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
