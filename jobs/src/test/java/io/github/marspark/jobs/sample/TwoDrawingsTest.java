package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that draw into one folder, one after the other, at once, and killed. */
@Timeout(180)
class TwoDrawingsTest {
    /** So many that one process is still drawing while another begins. */
    private static final String MANY = "sample.per-class=4000";

    private static final String FEW = "sample.per-class=4";

    @TempDir
    Path folder;

    private Recipe recipe;
    private Path file;
    private Path temporary;

    @BeforeEach
    void prepare() throws IOException {
        recipe = TinyDrawing.prepared(folder.resolve("out"));
        file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        temporary = Files.createDirectories(folder.resolve("tmp"));
    }

    @Test
    void whoComesSecondIsToldWhoDrawsAndChangesNothing() throws Exception {
        Process first = start("first.log", MANY, "sample.seed=1");
        awaitDrawing();
        Map<String, Long> before = names();
        Process second = start("second.log", MANY, "sample.seed=2");
        assertThat(second.waitFor()).isEqualTo(1);
        assertThat(folder.resolve("second.log"))
                .content()
                .contains("sample failed: %s is being written by sample (".formatted(TinyDrawing.drawn(recipe)))
                .contains(
                        "process %d) since".formatted(first.pid()),
                        "; wait for it, end it, or choose another folder by samples=");
        assertThat(first.isAlive()).isTrue();
        assertThat(names().keySet()).isEqualTo(before.keySet());
        first.destroy();
        first.waitFor();
        assertThat(names().keySet()).noneMatch(name -> name.contains("lease"));
    }

    @Test
    void whoComesAfterAKilledOneDrawsItsOwnImagesAlone() throws Exception {
        Process killed = start("killed.log", MANY, "sample.seed=1");
        awaitDrawing();
        killed.destroyForcibly().waitFor();
        assertThat(names().keySet()).contains(".step-00000007.lease-1");
        assertThat(temporary.toFile().list()).anyMatch(name -> name.startsWith("mar-driver-"));
        Path foreign = Files.createDirectories(temporary.resolve("spark-of-another-program"));
        assertThat(start("next.log", FEW, "sample.seed=2").waitFor()).isZero();
        assertThat(folder.resolve("next.log"))
                .content()
                .contains("%s was left behind by sample (".formatted(TinyDrawing.drawn(recipe)))
                .contains("process %d) since".formatted(killed.pid()), ", which is gone; goes on in its place");
        assertThat(temporary.toFile().list())
                .filteredOn(name -> !name.startsWith("hsperfdata"))
                .containsExactly(foreign.getFileName().toString());
        assertThat(names()).containsOnlyKeys("step-00000007");
        String elsewhere = folder.resolve("elsewhere").toString();
        assertThat(start("elsewhere.log", FEW, "sample.seed=2", "samples=" + elsewhere)
                        .waitFor())
                .isZero();
        assertThat(contents(TinyDrawing.drawn(recipe))).isEqualTo(contents(TinyDrawing.drawn(Path.of(elsewhere))));
    }

    /** What was complete stays, by its time; what was half written goes; and the whole is as if nothing had happened. */
    @Test
    void aDrawingThatWasKilledGoesOnWhereItWas() throws Exception {
        String[] settings = {"sample.labels=[0-1]", "sample.per-class=250", "sample.batch=10"};
        Process killed = start("killed.log", settings);
        awaitDrawing(60); // of two tasks at most two batches are not whole
        killed.destroyForcibly().waitFor();
        Map<String, Long> before = times(Path.of(recipe.samples(), ".step-00000007.unfinished"));
        before.keySet().removeIf(name -> !name.matches("\\d{4}/\\d{5}\\.png"));
        Path half = Path.of(recipe.samples(), ".step-00000007.unfinished", "0001", ".00249.png.tmp");
        Files.createDirectories(half.resolveSibling("."));
        Files.write(half, new byte[7]);
        assertThat(start("next.log", settings).waitFor()).isZero();
        Path samples = TinyDrawing.drawn(recipe);
        Map<String, Long> after = times(samples);
        assertThat(after.keySet())
                .filteredOn(name -> name.endsWith(".png"))
                .hasSize(501)
                .contains("samples.png");
        long kept = before.entrySet().stream()
                .filter(file -> file.getValue().equals(after.get(file.getKey())))
                .count();
        assertThat(kept).isBetween(before.size() - 2L * 10, (long) before.size());
        assertThat(folder.resolve("next.log")).content().contains(" more are there already");
        String[] alone = {settings[0], settings[1], settings[2], "samples=" + folder.resolve("alone")};
        assertThat(start("alone.log", alone).waitFor()).isZero();
        assertThat(contents(samples)).isEqualTo(contents(TinyDrawing.drawn(folder.resolve("alone"))));
    }

    private static Map<String, Long> times(Path root) throws IOException {
        Map<String, Long> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                times.put(
                        root.relativize(path).toString(),
                        Files.getLastModifiedTime(path).toMillis());
            }
        }
        return times;
    }

    private Process start(String log, String... settings) throws IOException {
        List<String> words = new ArrayList<>(List.of("sample", file.toString(), "out=" + recipe.out()));
        words.addAll(Arrays.asList(settings));
        ProcessBuilder builder = MainProcess.of(folder.resolve(log), words);
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        return builder.start();
    }

    private void awaitDrawing() throws InterruptedException {
        awaitDrawing(3);
    }

    private void awaitDrawing(int images) throws InterruptedException {
        while (pictures() < images) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private long pictures() {
        return pictures(new File(recipe.out()));
    }

    /** Counts while files come and go, which a walk over paths does not survive. */
    private static long pictures(File folder) {
        File[] inside = Objects.requireNonNullElse(folder.listFiles(), new File[0]);
        return Arrays.stream(inside)
                .mapToLong(file -> file.getName().endsWith(".png") ? 1 : pictures(file))
                .sum();
    }

    private Map<String, Long> names() throws IOException {
        Map<String, Long> names = new TreeMap<>();
        try (Stream<Path> files = Files.list(Path.of(recipe.samples()))) {
            for (Path path : files.toList()) {
                names.put(
                        path.getFileName().toString(),
                        Files.getLastModifiedTime(path).toMillis());
            }
        }
        return names;
    }

    private static Map<String, Integer> contents(Path folder) throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(path).toString(), Arrays.hashCode(Files.readAllBytes(path)));
            }
        }
        return contents;
    }
}
