package io.github.marspark.jobs.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeLimitsTest {
    private static final String SMALLEST = "name = flowers\ndata { image-size = 256, classes = 102 }\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a {", "a = [", "x = {a:[", "[", "{"})
    void recipeNestedTooDeeplyIsRefused(String open) throws IOException {
        refused(SMALLEST + open.repeat(5000), ": nests more than 100 sections and lists");
    }

    @Test
    void pathOfThousandsOfSectionsIsRefused() throws IOException {
        refused(SMALLEST + "a.".repeat(50_000) + "a = 1", ":3: names more than 1000 sections in one line");
    }

    @Test
    void recipeThatDoublesItselfIsRefused() throws IOException {
        String doubling =
                IntStream.range(0, 30).mapToObj(level -> "out = ${out}${out}\n").collect(Collectors.joining());
        refused(SMALLEST + "out = a\n" + doubling, ":16: is the 25th ${…} of this recipe; there may be 24");
    }

    @Test
    void substitutionsAreCountedOverAllIncludedFiles() throws IOException {
        write("half.conf", "out = ${out}${out}\n".repeat(7));
        refused(SMALLEST + "out = a\ninclude \"half.conf\"\ninclude \"half.conf\"", "is the 25th ${…} of this recipe");
    }

    @Test
    void bracesInTextAndCommentsAreNoSections() throws IOException {
        String braces = "[".repeat(300);
        Recipe recipe = Recipes.read(
                write(
                        "flowers.conf",
                        SMALLEST + "images = \"\\\"" + braces + "\"\n# " + braces + "\n// " + braces + "\nout = \"\"\""
                                + braces + "\"\"\""),
                Map.of());
        assertThat(recipe.images()).isEqualTo("\"" + braces);
        assertThat(recipe.out()).isEqualTo(braces);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"/dev/zero\"", "file(\"/dev/zero\")", "required(\"/dev/zero\")"})
    void deviceIsNotIncluded(String include) throws IOException {
        refused(
                SMALLEST + "include " + include,
                "flowers.conf includes /dev/zero, which is not there or cannot be read");
    }

    @Test
    void largeFileIsNotIncluded() throws IOException {
        write("large.conf", "#".repeat(1_000_001));
        refused(SMALLEST + "include \"large.conf\"", "large.conf has 1,000,001 bytes, a recipe has at most 1,000,000");
    }

    @Test
    void fileThatIncludesItselfIsRefused() throws IOException {
        refused(SMALLEST + "include \"flowers.conf\"", "includes files that include files, more than 16 deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"url(\"http://127.0.0.1:1/a.conf\")", "classpath(\"reference.conf\")"})
    void onlyFilesAreIncluded(String include) throws IOException {
        refused(SMALLEST + "include " + include, "a recipe includes files only");
    }

    @Test
    void fileBesideARecipeNamedWithoutAFolderIsIncluded() throws IOException {
        Path beside = Files.createTempFile(Path.of(""), "base", ".conf");
        Path recipe = Files.createTempFile(Path.of(""), "flowers", ".conf");
        try {
            Files.writeString(beside, "train.steps = 5\n");
            Files.writeString(recipe, SMALLEST + "include \"" + beside.getFileName() + "\"\n");
            assertThat(Recipes.read(recipe.getFileName(), Map.of()).train().steps())
                    .isEqualTo(5);
        } finally {
            Files.delete(beside);
            Files.delete(recipe);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "include \"/dev/zero\" | includes /dev/zero, which only a recipe's file may",
                "include url(\"http://127.0.0.1:1/a.conf\") | a recipe includes files only",
                "images = ${PATH} | ${PATH}"
            })
    void textOfACheckpointResolvesNothing(String line, String part) {
        assertThatThrownBy(() -> Recipes.parse(SMALLEST + line, "the checkpoint's recipe", Map.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(part);
    }

    @Test
    void valueOfTheCommandLineIsLimitedToo() {
        assertThatThrownBy(() -> Recipes.parse(SMALLEST, "flowers.conf", Map.of("train.betas", "[".repeat(5000))))
                .isInstanceOf(RecipeException.class)
                .hasMessage("command line:1: nests more than 100 sections and lists");
    }

    private void refused(String text, String part) throws IOException {
        Path file = write("flowers.conf", text);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> Recipes.read(file, Map.of()))
                        .isInstanceOf(RecipeException.class)
                        .hasMessageContaining(part));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
