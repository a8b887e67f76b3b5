package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.SampleOutput;
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
        assertThat(SampleForm.of(SampleOutput.PNG).files(plan, 1)).containsExactly("0001/00001.png", "0002/00000.png", "0002/00001.png");
    }

    @Test
    void networkThatHasLearnedNoClassesDrawsWithoutLabels() {
        SamplePlan plan = SamplePlan.of(recipe(Map.of("data.labels", "none")));
        assertThat(plan.images()).isEqualTo(2);
        assertThat(plan.labels(0)).containsExactly(-1, -1);
        assertThat(SampleForm.of(SampleOutput.PNG).files(plan, 0)).containsExactly("0000/00000.png", "0000/00001.png");
        assertThat(ClassNames.of(recipe(Map.of("data.labels", "none")))).containsExactly("no class");
    }

    @Test
    void theSheetIsAtMostTwentyByTwenty() {
        SamplePlan plan = SamplePlan.of(recipe(Map.of("data.classes", "30", "sample.per-class", "25")));
        assertThat(plan.images()).isEqualTo(750);
        assertThat(plan.sheet()).hasSize(20).containsKeys(0, 19);
        assertThat(plan.sheet().get(1)).hasSize(20).startsWith(25, 26);
    }

    @Test
    void aClassThatIsAskedForTwiceGetsOtherNumbers() {
        SamplePlan plan = SamplePlan.of(recipe(Map.of("sample.labels", "[1, 0, 1]", "sample.batch", "6")));
        assertThat(SampleForm.of(SampleOutput.PNG).files(plan, 0)).hasSize(6).contains("0001/00003.png");
    }

    private static Recipe recipe(Map<String, String> settings) {
        return Recipes.parse(RECIPE, "flowers.conf", settings);
    }
}
