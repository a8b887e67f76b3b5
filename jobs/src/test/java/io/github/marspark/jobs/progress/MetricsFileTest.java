package io.github.marspark.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.ViewedFolder;
import io.github.marspark.jobs.damage.Mutations;
import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve(MetricsFile.NAME);
    }

    private MetricsFile open() {
        return new MetricsFile(FileStore.at(folder.toString()));
    }

    private static String line(long step, double loss) {
        return "{\"step\":%d,\"epoch\":0.5,\"loss\":%s,\"learningRate\":1.0E-4,\"gradientNorm\":1.5}"
                .formatted(step, loss);
    }

    private static void add(MetricsFile metrics, long from, long to, double loss) {
        for (long step = from; step <= to; step++) {
            metrics.add(step, line(step, loss));
        }
    }

    private static String lines(long from, long to, double loss) {
        StringBuilder lines = new StringBuilder();
        LongStream.rangeClosed(from, to)
                .forEach(step -> lines.append(line(step, loss)).append('\n'));
        return lines.toString();
    }

    @Test
    void everyStepIsInTheFileAtOnce() {
        MetricsFile metrics = open();
        add(metrics, 1, 3, 0.5);
        assertThat(file).hasContent(lines(1, 3, 0.5));
        assertThat(metrics.losses()).isEqualTo(Map.of(1L, 0.5, 2L, 0.5, 3L, 0.5));
    }

    @Test
    void stepThatIsDoneAgainTakesAwayWhatFollowedIt() {
        add(open(), 1, 8, 0.5);
        MetricsFile resumed = open();
        add(resumed, 6, 7, 0.25);
        assertThat(file).hasContent(lines(1, 5, 0.5) + lines(6, 7, 0.25));
        add(resumed, 8, 9, 0.25);
        assertThat(file).hasContent(lines(1, 5, 0.5) + lines(6, 9, 0.25));
        assertThat(resumed.losses()).hasSize(9).containsEntry(5L, 0.5).containsEntry(6L, 0.25);
    }

    /** However far a line had come when the driver was killed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 40, 74, 75})
    void lineThatBreaksOffIsCutBeforeTheNext(int bytes) throws IOException {
        String cut = line(6, 0.5).substring(0, Math.min(bytes, line(6, 0.5).length() - 1));
        Files.writeString(file, lines(1, 5, 0.5) + cut);
        MetricsFile resumed = open();
        assertThat(resumed.losses()).hasSize(5);
        add(resumed, 6, 7, 0.25);
        assertThat(file).hasContent(lines(1, 5, 0.5) + lines(6, 7, 0.25));
    }

    @Test
    void lineThatLacksItsEndOnlyIsKept() throws IOException {
        Files.writeString(file, lines(1, 5, 0.5).stripTrailing());
        add(open(), 6, 6, 0.25);
        assertThat(file).hasContent(lines(1, 5, 0.5) + lines(6, 6, 0.25));
    }

    /** As two trainings on one folder, or older versions, may have left it. */
    @Test
    void linesOfOneStepTwiceAreLeftOut() throws IOException {
        Files.writeString(file, lines(1, 4, 0.5) + "{\"step\":\n" + lines(3, 5, 0.75));
        MetricsFile resumed = open();
        add(resumed, 6, 6, 0.25);
        assertThat(file).hasContent(lines(1, 2, 0.5) + lines(3, 5, 0.75) + lines(6, 6, 0.25));
    }

    @Test
    void elsewhereThanOnLocalDisksTheFileIsWrittenWhenItIsAskedFor() throws IOException {
        Files.createDirectories(folder.resolve("viewed"));
        try (ViewedFolder viewed = new ViewedFolder(folder)) {
            FileStore store = FileStore.at(viewed.address() + "/viewed");
            Path written = folder.resolve("viewed").resolve(MetricsFile.NAME);
            MetricsFile metrics = new MetricsFile(store);
            add(metrics, 1, 3, 0.5);
            assertThat(written).doesNotExist();
            assertThat(metrics.losses()).hasSize(3);
            metrics.save();
            assertThat(written).hasContent(lines(1, 3, 0.5));
            add(metrics, 4, 6, 0.5);
            add(metrics, 5, 5, 0.25);
            metrics.save();
            metrics.save();
            assertThat(written).hasContent(lines(1, 4, 0.5) + lines(5, 5, 0.25));
            MetricsFile resumed = new MetricsFile(store);
            add(resumed, 3, 3, 0.125);
            assertThat(resumed.losses()).hasSize(3);
            resumed.save();
            assertThat(written).hasContent(lines(1, 2, 0.5) + lines(3, 3, 0.125));
        }
    }

    /** A folder in the file's place stands for a disk that does not take it. */
    @Test
    void lineThatCannotBeWrittenIsWrittenWithTheNext() throws IOException {
        MetricsFile metrics = open();
        add(metrics, 1, 2, 0.5);
        Path aside = Files.move(file, folder.resolve("aside"));
        Files.createDirectory(file);
        assertThatThrownBy(() -> metrics.add(3, line(3, 0.5)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(file + " cannot be written: ");
        assertThatThrownBy(metrics::save).isInstanceOf(UncheckedIOException.class);
        Files.delete(file);
        Files.move(aside, file);
        metrics.save();
        assertThat(file).hasContent(lines(1, 3, 0.5));
        metrics.add(4, line(4, 0.5));
        assertThat(file).hasContent(lines(1, 4, 0.5));
    }

    /** A training goes on whatever became of its file: each step is there once, and an intact line before the damage stays. */
    @Test
    void fileThatWasAlteredIsGoneOnWith() throws IOException {
        byte[] whole = lines(1, 60, 0.5).getBytes(StandardCharsets.UTF_8);
        Mutations mutations = new Mutations();
        for (int number = 0; number < 1000; number++) {
            byte[] altered = mutations.of(whole, number);
            Files.write(file, altered);
            MetricsFile resumed = open();
            add(resumed, 61, 61, 0.25);
            resumed.save();
            List<Long> steps = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                steps.add(new ObjectMapper().readTree(line).get("step").asLong());
            }
            assertThat(steps)
                    .as("mutation %d", number)
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .endsWith(61L);
            assertThat(resumed.losses().keySet()).as("mutation %d", number).containsExactlyElementsOf(steps);
            if (altered.length < whole.length && Arrays.equals(altered, Arrays.copyOf(whole, altered.length))) {
                long kept = new String(altered, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.endsWith("}"))
                        .count();
                assertThat(steps).as("mutation %d", number).hasSize((int) kept + 1);
            }
        }
    }
}
