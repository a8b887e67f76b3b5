package io.github.marspark.jobs.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.TokenizerKind;
import io.github.marspark.jobs.recipe.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonPlanTest {
    private static final Path SHIPPED = Path.of("..", "recipes", "compare.conf");

    @Test
    void rowsDifferByWhatTheyAreAboutAndNothingElse() {
        ComparisonPlan plan = new ComparisonPlan(recipe(Map.of()));
        assertThat(plan.rows()).isEqualTo(ComparedRow.ALL).hasSize(8);
        Map<String, String> first = Recipes.settings(plan.training(ComparedRow.ALL.get(0)), key -> true);
        TreeSet<String> differing = new TreeSet<>();
        for (ComparedRow row : plan.rows()) {
            Recipes.settings(plan.training(row), key -> true).forEach((key, value) -> {
                if (!value.equals(first.get(key))) {
                    differing.add(key);
                }
            });
        }
        assertThat(differing)
                .containsExactly(
                        "checkpoints",
                        "latents",
                        "model.attention",
                        "model.loss",
                        "model.order",
                        "model.patch",
                        "tokenizer-folder",
                        "tokenizer.codes",
                        "tokenizer.hidden-channels",
                        "tokenizer.kind",
                        "tokenizer.latent-channels",
                        "tokenizer.multipliers",
                        "train.schedule");
    }

    @Test
    void sixNetworksMakeEightRowsOfAsManyTokens() {
        ComparisonPlan plan = new ComparisonPlan(recipe(Map.of()));
        assertThat(plan.rows().stream().map(ComparedRow::network).distinct()).hasSize(6);
        for (ComparedRow row : plan.rows()) {
            Recipe drawing = plan.drawing(row, true);
            assertThat(RecipeNetwork.config(drawing).tokens()).isEqualTo(16);
            assertThat(drawing.sample().iterations()).isEqualTo(row.sets() ? 8 : 16);
            assertThat(drawing.sample().guidance()).isEqualTo(3);
            assertThat(plan.drawing(row, false).sample().guidance()).isEqualTo(1);
        }
        assertThat(plan.encoding(TokenizerKind.VQ).tokenizer().stride()).isEqualTo(8);
        assertThat(plan.encoding(TokenizerKind.KL).tokenizer().stride()).isEqualTo(4);
    }

    @Test
    void whichRowsAreWantedDoesNotChangeThem() {
        ComparisonPlan all = new ComparisonPlan(recipe(Map.of()));
        ComparisonPlan some = new ComparisonPlan(recipe(Map.of("compare.rows", "[8, 4]")));
        assertThat(some.rows()).extracting(ComparedRow::number).containsExactly(4, 8);
        ComparedRow row = some.rows().get(0);
        assertThat(RowResult.settings(some.drawing(row, false), some.drawing(row, true)))
                .isEqualTo(RowResult.settings(all.drawing(row, false), all.drawing(row, true)));
        assertThat(RowResult.settings(some.drawing(row, false), some.drawing(row, false)))
                .isNotEqualTo(RowResult.settings(all.drawing(row, false), all.drawing(row, true)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sample.iterations | 16 | sample.iterations is 16, must be less than the 16 tokens of an image for a comparison of sets with one at a time",
                "sample.guidance | 1 | sample.guidance is 1.0, must be more than 1 for a comparison of guided with other images",
                "tokenizer.kind | vq | tokenizer.kind is vq, must be kl for a comparison, which makes the quantised tokenizer from it"
            })
    void recipesOfWhichNoTableCanBeMadeAreRefused(String key, String value, String message) {
        Map<String, String> settings = key.equals("tokenizer.kind")
                ? Map.of(key, value, "tokenizer.codes", "16", "model.patch", "1", "sample.iterations", "8")
                : Map.of(key, value);
        assertThatThrownBy(() -> new ComparisonPlan(recipe(settings)))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @Test
    void tableHasALineForEveryRowAndSaysWhatIsNotMeasured() {
        RowResult result = new RowResult(
                "any",
                1_263_616,
                33_024,
                1200,
                76_800,
                120,
                2.5,
                Double.NaN,
                16,
                "",
                true,
                0.025,
                new RowResult.Judgement(0.5, 12.5),
                new RowResult.Judgement(0.75, 7.25));
        String table = new ComparisonTable(
                        recipe(Map.of()),
                        Map.of(TokenizerKind.VQ, new RowResult.Judgement(0.875, 1.5)),
                        Map.of(1, result))
                .markdown();
        List<String> rows =
                table.lines().filter(line -> line.matches("\\| \\d .*")).toList();
        assertThat(rows).hasSize(8);
        assertThat(rows.get(0))
                .isEqualTo(
                        "| 1 | raster | causal | one | cross-entropy | vq | 1,263,616 (33,024) | 1,200, 76,800, 120, 640 | 2.5000 nats | – | 16, 0.0250, yes | 50.0%, 12.50 | 75.0%, 7.25 | 19.58, 4.92 |");
        assertThat(rows.get(7))
                .isEqualTo(
                        "| 8 | random | bidirectional | sets | diffusion | kl | – | – | – | – | – | – | – | 3.50, 1.98 |");
        assertThat(table)
                .contains(
                        "Of images that the tokenizer `vq` encodes and decodes, 87.5% are taken for what they are, at a classifier distance of 1.50");
    }

    private static Recipe recipe(Map<String, String> settings) {
        return Recipes.read(SHIPPED, settings);
    }
}
