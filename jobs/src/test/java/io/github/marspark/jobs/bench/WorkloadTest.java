package io.github.marspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.random.Draws;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docs/performance.md says of the networks. */
class WorkloadTest {
    @Test
    void theNetworksAreThoseThatWereAlwaysMeasured() {
        Transformer tiny = new Transformer(32, 2, 4, 4, 0, 0);
        assertThat(Workload.of("tiny").config())
                .isEqualTo(new MarConfig(4, 4, 1, 10, tiny, tiny, 4, new Head(32, 2), 2, 0.1, new MaskRate(0.7)));
        Transformer small = new Transformer(384, 6, 6, 4, 0.1, 0.1);
        assertThat(Workload.of("small").config())
                .isEqualTo(new MarConfig(8, 16, 1, 10, small, small, 16, new Head(384, 3), 4, 0.1, new MaskRate(0.7)));
        assertThat(Workload.of("base").config()).isEqualTo(MarConfig.base());
    }

    @Test
    void theDemosNetworkAndTokenizerAreThoseOfItsRecipe() {
        Recipe shipped = Recipes.read(Path.of("../recipes/fashion-mnist.conf"), Map.of());
        Recipe measured = Workload.of("demo").recipe(1);
        assertThat(RecipeNetwork.config(measured)).isEqualTo(RecipeNetwork.config(shipped));
        assertThat(RecipeAutoencoder.config(measured)).isEqualTo(RecipeAutoencoder.config(shipped));
    }

    @ParameterizedTest
    @CsvSource({"tiny,14", "demo,14", "small,55", "base,218"})
    void theStepThatIsMeasuredHidesTheTokensThatItIsSaidToHide(String name, int hidden) {
        Workload workload = Workload.of(name);
        MarConfig config = workload.config();
        double rate = new Draws(workload.recipe(1).seed()).maskRate(workload.typicalStep(), config.maskRate());
        assertThat(Masking.count(config.tokens(), rate)).isEqualTo(hidden);
    }

    @Test
    void aTrainingOnSeveralExecutorsHasTheBatchOfEach() {
        var train = Workload.of("small").withBatch(5).recipe(4).train();
        assertThat(train.globalBatch()).isEqualTo(20);
        assertThat(train.streams()).isEqualTo(4);
        assertThat(train.largestBatch()).isEqualTo(5);
    }
}
