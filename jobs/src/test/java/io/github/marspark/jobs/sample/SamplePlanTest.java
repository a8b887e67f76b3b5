package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplePlanTest {
    private static final String RECIPE = """
            name = flowers
            data { image-size = 32, classes = 3 }
            tokenizer.attention-resolutions = []
            sample { iterations = 4, per-class = 2, batch = 3 }
            """;

    @Test
    void everyClassIsDrawn() {
        SamplePlan plan = SamplePlan.of(recipe(Map.of()));
        assertThat(plan.images()).isEqualTo(6);
        assertThat(plan.labels(0)).containsExactly(0, 0, 1);
        assertThat(plan.file(3)).isEqualTo("0001/00001.png");
    }

    @Test
    void networkThatHasLearnedNoClassesDrawsWithoutLabels() {
        SamplePlan plan = SamplePlan.of(recipe(Map.of("data.labels", "none")));
        assertThat(plan.images()).isEqualTo(2);
        assertThat(plan.labels(0)).containsExactly(-1, -1);
        assertThat(plan.file(1)).isEqualTo("0000/00001.png");
        assertThat(ClassNames.of(recipe(Map.of("data.labels", "none")))).containsExactly("no class");
    }

    private static Recipe recipe(Map<String, String> settings) {
        return Recipes.parse(RECIPE, "flowers.conf", settings);
    }
}
