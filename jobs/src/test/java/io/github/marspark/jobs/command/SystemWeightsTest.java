package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.WeightFile;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.TinyDrawing;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights of the systems beside MAR on their way out and in. */
class SystemWeightsTest {
    @TempDir
    Path folder;

    static Stream<List<String>> systems() {
        List<String> causal = List.of("model.attention=causal", "sample.iterations=16");
        List<String> ids = List.of("model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=12");
        return Stream.of(
                causal, ids, Stream.concat(causal.stream(), ids.stream()).toList());
    }

    private static String run(Command command, Path recipe, List<String> settings, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(recipe.toString()));
        arguments.addAll(settings);
        arguments.addAll(List.of(more));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        command.run(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("systems")
    void whatIsExportedIsImportedUnderItsNames(List<String> settings) throws IOException {
        Path text = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        Recipe from = TinyDrawing.prepared(folder.resolve("from"), settings.toArray(String[]::new));
        String file = folder.resolve("weights.safetensors").toString();
        run(new ExportCommand(), text, settings, "out=" + folder.resolve("from"), "file=" + file);
        try (NamedTensors tensors = WeightFile.open(Path.of(file))) {
            boolean causal = settings.contains("model.attention=causal");
            boolean ids = settings.contains("model.loss=cross-entropy");
            assertThat(tensors.names().contains("blocks.1.attn.qkv.weight")).isEqualTo(causal);
            assertThat(tensors.names().contains("decoder_blocks.0.attn.qkv.weight"))
                    .isEqualTo(!causal);
            assertThat(tensors.names().contains("token_emb.weight")).isEqualTo(ids);
            assertThat(tensors.names().contains("head.bias")).isEqualTo(ids);
            assertThat(tensors.names().contains("z_proj.weight")).isEqualTo(!ids);
        }
        String into = folder.resolve("into").toString();
        run(
                new ImportCommand(),
                text,
                settings,
                "out=" + into,
                "tokenizer-folder=" + from.tokenizerFolder(),
                "file=" + file);
        assertThat(CheckpointReader.latest(into + "/checkpoints").parameters())
                .isEqualTo(CheckpointReader.latest(from.checkpoints()).parameters());
    }
}
