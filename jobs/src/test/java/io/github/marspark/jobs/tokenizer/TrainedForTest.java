package io.github.marspark.jobs.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

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
}
