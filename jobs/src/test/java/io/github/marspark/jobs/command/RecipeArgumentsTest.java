package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeArgumentsTest {
    @TempDir
    Path folder;

    @Test
    void everyAddressIsTheDriversInFull() throws IOException {
        Path file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text());
        Recipe recipe = RecipeArguments.parse(
                        new TrainCommand(), List.of(file.toString(), "images=photos", "latents=hdfs://head/latents"))
                .recipe();
        String here = "file:" + Path.of("").toAbsolutePath();
        assertThat(recipe.images()).isEqualTo(here + "/photos");
        assertThat(recipe.out()).isEqualTo(here + "/out/tiny");
        assertThat(recipe.tokenizerFolder()).isEqualTo(here + "/out/tiny/tokenizer");
        assertThat(recipe.latents()).isEqualTo("hdfs://head/latents");
        assertThat(recipe.checkpoints()).isEqualTo(here + "/out/tiny/checkpoints");
        assertThat(recipe.samples()).isEqualTo(here + "/out/tiny/samples");
        Recipe written = Recipes.read(file, Map.of("images", "photos", "latents", "hdfs://head/latents"));
        assertThat(recipe.located((key, address) -> Recipes.value(written, key).toString()))
                .as("nothing else differs")
                .isEqualTo(written);
    }
}
