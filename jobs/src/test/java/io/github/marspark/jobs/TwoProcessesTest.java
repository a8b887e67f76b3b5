package io.github.marspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.command.EncodeCommand;
import io.github.marspark.jobs.command.RecipeCommand;
import io.github.marspark.jobs.command.TrainTokenizerCommand;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two processes that prepare one folder: while the first has stopped in the middle of its work the second is refused, and
 * when the first was killed the second does the work as if nobody had begun it.
 */
@Timeout(180)
class TwoProcessesTest {
    private static final String RECIPE = """
            name = tiny
            data { image-size = 16, classes = 2, mirror = none, validation-share = 0.1 }
            tokenizer {
              width = 8, multipliers = [1, 1], residual-blocks = 1, attention-resolutions = [], latent-channels = 2
              groups = 4, learning-rate = 1e-3, batch = 4, steps = 3
            }
            """;

    @TempDir
    Path folder;

    private Path recipe;

    @BeforeEach
    void prepare() throws IOException {
        recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        for (int i = 0; i < 12; i++) {
            byte[] levels = new byte[20 * 20];
            Arrays.fill(levels, (byte) (20 * i));
            Path image = folder.resolve("images")
                    .resolve(i % 2 == 0 ? "even" : "odd")
                    .resolve(i + ".png");
            PngFile.write(RgbImage.ofGrey(20, 20, levels), image);
        }
    }

    @ParameterizedTest
    @CsvSource({"train-tokenizer, tokenizer, tokenizer-folder", "encode, latents, latents"})
    void theSecondIsRefusedAndTakesThePlaceOfAKilledOne(String job, String product, String key) throws Exception {
        if (job.equals("encode")) {
            run(new TrainTokenizerCommand());
        }
        Process first = start(job, "first");
        awaitLease(first);
        signal(first, "-STOP");
        Map<String, String> before = files();
        assertThat(start(job, "second").waitFor()).isEqualTo(1);
        assertThat(log("second"))
                .contains("%s failed: %s is being written by %s (".formatted(job, out(product), job))
                .contains("process %d) since".formatted(first.pid()))
                .contains("; wait for it, end it, or choose another folder by %s=".formatted(key));
        assertThat(files()).isEqualTo(before);
        signal(first, "-KILL");
        first.waitFor();

        assertThat(start(job, "third").waitFor()).as(log("third")).isZero();
        assertThat(log("third"))
                .contains("%s was left behind by %s (".formatted(out(product), job))
                .contains("process %d) since".formatted(first.pid()), ", which is gone; goes on in its place");
        assertThat(files().keySet()).noneMatch(name -> name.contains("lease"));
        run(job.equals("encode") ? new EncodeCommand() : new TrainTokenizerCommand(), key + "=" + out("alone"));
        assertThat(withoutTables(out(product)))
                .isEqualTo(withoutTables(out("alone")))
                .isNotEmpty();
    }

    private void run(RecipeCommand job, String... settings) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        job.run(words(settings).toList(), nowhere);
    }

    private Stream<String> words(String... settings) {
        return Stream.concat(
                Stream.of(recipe.toString(), "images=" + folder.resolve("images"), "out=" + folder.resolve("out")),
                Arrays.stream(settings));
    }

    private Path out(String name) {
        return folder.resolve("out").resolve(name);
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }

    private Process start(String job, String name) throws IOException {
        List<String> words = Stream.concat(Stream.of(job), words()).toList();
        return MainProcess.of(folder.resolve(name + ".log"), words).start();
    }

    private void awaitLease(Process process) throws InterruptedException {
        while (!hasLease(folder.resolve("out").toFile())) {
            assertThat(process.isAlive()).isTrue();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Looks while files come and go, which a walk over paths does not survive. */
    private static boolean hasLease(File folder) {
        File[] inside = Objects.requireNonNullElse(folder.listFiles(), new File[0]);
        return Arrays.stream(inside).anyMatch(file -> file.getName().endsWith(".lease-1") || hasLease(file));
    }

    private static void signal(Process process, String signal) throws IOException, InterruptedException {
        List<String> command = List.of("kill", signal, Long.toString(process.pid()));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    private Map<String, String> files() throws IOException {
        return Files.isDirectory(folder.resolve("out")) ? contents(folder.resolve("out")) : Map.of();
    }

    /** Without the Parquet tables, whose rows are in the reports beside them and whose bytes Spark is free to choose. */
    private static Map<String, String> withoutTables(Path root) throws IOException {
        Map<String, String> contents = contents(root);
        contents.keySet().removeIf(name -> name.endsWith(".parquet"));
        return contents;
    }

    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                contents.put(root.relativize(path).toString(), digest(path));
            }
        }
        return contents;
    }

    private static String digest(Path path) throws IOException {
        return Sha256.of(Files.readAllBytes(path));
    }
}
