package io.github.marspark.jobs.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.tokenizer.TrainedFor.Network;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedForTest {
    @Test
    void imagesThatWereNotedByARelativePathAreTheSame(@TempDir Path folder) throws IOException {
        Recipe recipe = TinyTraining.recipe(folder, "images=photos");
        new TrainedFor(recipe, Network.TOKENIZER).write();
        Path note = Path.of(recipe.tokenizerFolder(), "trained-by.txt");
        String inFull = "images = file:" + Path.of("photos").toAbsolutePath();
        assertThat(note).content().contains(inFull);
        Files.writeString(note, Files.readString(note).replace(inFull, "images = photos"));
        Files.createFile(note.resolveSibling(Tokenizer.DESCRIPTION));
        assertThat(new TrainedFor(recipe, Network.TOKENIZER).isDone()).isTrue();
        assertThat(new TrainedFor(
                                TinyTraining.recipe(
                                        folder, "images=" + Path.of("photos").toAbsolutePath()),
                                Network.TOKENIZER)
                        .isDone())
                .isTrue();
    }

    /** Which wrote KL autoencoders only, and nothing of what codes brought. */
    @Test
    void aNoteOfAnEarlierVersionIsThatOfAnAutoencoderWithoutCodes(@TempDir Path folder) throws IOException {
        Recipe recipe = TinyTraining.recipe(folder);
        new TrainedFor(recipe, Network.TOKENIZER).write();
        Path note = Path.of(recipe.tokenizerFolder(), "trained-by.txt");
        Files.write(
                note,
                Files.readAllLines(note).stream()
                        .filter(line -> !line.matches(
                                "tokenizer\\.(kind|hidden-channels|codes|codebook-|commitment-|restart-).*"))
                        .toList());
        assertThat(note).content().contains("tokenizer.latent-channels = 2").doesNotContain("codes", "kind");
        Files.createFile(note.resolveSibling(Tokenizer.DESCRIPTION));
        assertThat(new TrainedFor(recipe, Network.TOKENIZER).isDone()).isTrue();
        Recipe quantised = TinyTraining.recipe(folder, "tokenizer.kind=vq", "tokenizer.codes=12");
        assertThatThrownBy(() -> new TrainedFor(quantised, Network.TOKENIZER).isDone())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tokenizer.codes was 0, is 12")
                .hasMessageContaining("tokenizer.kind was KL, is VQ");
    }
}
