package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.progress.FilesSeen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderProbeTest {
    @TempDir
    Path folder;

    private static FolderProbe probe(Path checkpoints) {
        return new FolderProbe(
                new CheckpointFolder(checkpoints.toString()), "1a", new SoloExchange(1), "node-7.cluster");
    }

    @Test
    void folderThatTheDriverSeesIsGood() {
        FilesSeen[] asked = new FilesSeen[1];
        Outcome<Long> outcome = probe(folder).run(files -> {
            asked[0] = files;
            assertThat(folder.resolve(files.folder()).resolve("rank-00000")).hasSize(10);
            return Map.of();
        });
        assertThat(outcome.failure()).isEmpty();
        assertThat(asked[0]).isEqualTo(new FilesSeen(".tmp-probe-1a", Map.of("rank-00000", 10L)));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void folderThatTheDriverDoesNotSeeIsRefusedWithTheHost() {
        Outcome<Long> outcome = probe(folder).run(files -> Map.of("rank-00000", "is not there"));
        assertThat(outcome)
                .isEqualTo(new Outcome.Failed<>(
                        "file:%s is not one folder for all machines: what rank-00000 on node-7.cluster wrote there is not there for the driver; give a folder on a file system that they share with checkpoints=…"
                                .formatted(folder)));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void driverThatCannotWriteMetricsIsTold() {
        Outcome<Long> outcome = probe(folder).run(files -> Map.of("metrics.jsonl", "it cannot be written: no space"));
        assertThat(outcome)
                .isEqualTo(new Outcome.Failed<>(
                        "the driver cannot write next to the checkpoints: it cannot be written: no space"));
    }

    @Test
    void folderThatARankCannotWriteIsRefusedWithItsHost() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Outcome<Long> outcome = probe(file).run(files -> {
            throw new AssertionError("nobody has to ask");
        });
        assertThat(outcome.failure())
                .hasValueSatisfying(failed -> assertThat(failed.reason())
                        .startsWith(
                                "no checkpoint can be written: rank 0 on node-7.cluster: file:%s/.tmp-probe-1a/rank-00000 cannot be written: "
                                        .formatted(file)));
    }
}
