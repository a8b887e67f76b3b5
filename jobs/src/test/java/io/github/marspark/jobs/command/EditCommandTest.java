package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditCommandTest {
    private static final EditCommand EDIT = new EditCommand();

    @TempDir
    Path folder;

    private String file = "";

    @BeforeEach
    void writeRecipe() throws IOException {
        file = Files.writeString(folder.resolve("tiny.conf"), TinyTraining.text())
                .toString();
    }

    @Test
    void keysOfTheSectionMayBeWrittenWithoutIt() {
        Recipe recipe = RecipeArguments.parse(
                        EDIT,
                        List.of(
                                file,
                                "image=fox.png",
                                "mask=hdfs://head/mask.png",
                                "label=2",
                                "offset=[-3, 4]",
                                "edit.variants=9",
                                "seed=8"))
                .recipe();
        assertThat(recipe.edit().image()).isEqualTo("file:" + Path.of("").toAbsolutePath() + "/fox.png");
        assertThat(recipe.edit().mask()).isEqualTo("hdfs://head/mask.png");
        assertThat(recipe.edit().label()).isEqualTo(2);
        assertThat(recipe.edit().offset()).containsExactly(-3, 4);
        assertThat(recipe.edit().variants()).isEqualTo(9);
        assertThat(recipe.seed()).as("a key of the recipe itself").isEqualTo(8);
    }

    @Test
    void otherJobsKnowNoShortKeys() {
        List<String> words = List.of(file, "mask=a.png");
        SampleCommand sample = new SampleCommand();
        assertThatThrownBy(() -> RecipeArguments.parse(sample, words))
                .hasMessageContaining("command line: unknown key mask");
    }

    @Test
    void thePictureIsAskedFor() {
        List<String> words = List.of(file, "mask=a.png");
        assertThatThrownBy(() -> RecipeArguments.parse(EDIT, words))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "edit needs the key edit.image: write it into the recipe, or edit.image=… on the command line");
    }

    @Test
    void helpSaysWhatWhiteMeansAndHowKeysAreWritten() {
        assertThat(EDIT.help())
                .startsWith("usage: ./mar edit RECIPE.conf [key=value …]\n\ndraws what a mask hides of a picture anew")
                .contains("Keys of edit may be given without that name, such as edit.KEY=… as KEY=….\n")
                .contains("  edit.image  (must be given: text)\n")
                .contains("black where the picture is kept, white where it is drawn anew")
                .contains("  edit.variants = 4 images  (a whole number)\n", "  sample.iterations = 64")
                .doesNotContain("sample.batch");
    }
}
