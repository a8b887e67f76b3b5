package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.Recomputation;
import io.github.marspark.model.mar.StepMemory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryCheckTest {
    private static final long GIGA = 1_000_000_000;

    @Test
    void whatDoesNotFitOutsideOfTheHeapIsRefusedWithTheNumbers() {
        assertThatThrownBy(() -> new MemoryCheck(GIGA, 15 * GIGA, 16 * GIGA).require(2 * GIGA, 4 * GIGA, 64 * GIGA))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "a step takes 31.0 GB outside of the Java heap (parameters, gradient and optimiser 15.0, what is computed at once 16.0), and this process may take 4.0 there, by a heap of 2.0; give more by MAR_MEMORY, --driver-memory or --executor-memory, or train on more executors; train.recompute=blocks and a lower train.largest-batch need less, and change nothing but rounding");
    }

    @Test
    void heapAndMachineAreLimitsToo() {
        MemoryCheck check = new MemoryCheck(3 * GIGA, GIGA, GIGA);
        assertThatThrownBy(() -> check.require(2 * GIGA, 4 * GIGA, 64 * GIGA))
                .hasMessageStartingWith("a step takes 3.0 GB of the Java heap, which has 2.0; ");
        assertThatThrownBy(() -> check.require(4 * GIGA, 8 * GIGA, 4 * GIGA))
                .hasMessageStartingWith("a step takes 5.0 GB, and this machine has 4.0; ");
        assertThatCode(() -> check.require(4 * GIGA, 8 * GIGA, 64 * GIGA)).doesNotThrowAnyException();
    }

    @Test
    void hugeNetworkDoesNotFitBesideASmallHeapAndFewerImagesAtOnceNeedLess() {
        MemoryCheck whole = check(Map.of("train.largest-batch", "32"));
        MemoryCheck parts = check(Map.of("train.largest-batch", "1"));
        assertThat(whole.network())
                .isGreaterThan(6 * 4 * 900_000_000L); // 943 million parameters, by the article's table
        assertThat(parts.activations()).isLessThan(whole.activations() / 8);
        assertThatThrownBy(() -> whole.require(512 << 20, 1L << 30, 64 * GIGA))
                .hasMessageContaining("and this process may take 1.1 there, by a heap of 0.5");
    }

    @Test
    void whatIsComputedOnceMoreLetsTheHugeNetworkTrainOnACardOf40GB() {
        MarConfig config = RecipeNetwork.config(huge(Map.of()));
        long free = 40L * GIGA;
        StepMemory kept = StepMemory.ofGpu(config, 64, Recomputation.NONE);
        StepMemory recomputed = StepMemory.ofGpu(config, 64, Recomputation.BLOCKS);
        assertThatThrownBy(() -> MemoryCheck.requireOnGpu(kept, 1, "GPU 0 (A100)", free))
                .isInstanceOf(IllegalStateException.class);
        assertThatCode(() -> MemoryCheck.requireOnGpu(recomputed, 1, "GPU 0 (A100)", free))
                .doesNotThrowAnyException();
    }

    @Test
    void moreRanksShareTheOptimiser() {
        Recipe recipe = huge(Map.of());
        long alone = MemoryCheck.of(recipe, Slots.of(recipe.train(), 0, 1), 1).network();
        long four = MemoryCheck.of(recipe, Slots.of(recipe.train(), 0, 4), 4).network();
        assertThat(four).isLessThan(alone * 2 / 3);
    }

    private static MemoryCheck check(Map<String, String> settings) {
        Recipe recipe = huge(settings);
        return MemoryCheck.of(recipe, Slots.of(recipe.train(), 0, 1), 1);
    }

    private static Recipe huge(Map<String, String> settings) {
        return Recipes.read(Path.of("../recipes/imagenet256-mar-huge.conf"), settings);
    }

    @Test
    void gpuThatIsTooSmallIsRefusedWithTheKeyThatHelps() {
        StepMemory step = new StepMemory(1_000_000_000, 30_000_000_000L);
        MemoryCheck.requireOnGpu(step, 4, "GPU 0 (large)", 41_000_000_000L);
        assertThatThrownBy(() -> MemoryCheck.requireOnGpu(step, 4, "GPU 0 (small)", 40_000_000_000L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "a step takes 41.0 GB on GPU 0 (small) (parameters, gradient and optimiser 11.0, what is computed at once 30.0), and 40.0 are free there; train.recompute=blocks and a lower train.largest-batch need less, and change nothing but rounding");
    }
}
