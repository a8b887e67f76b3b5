package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.Recomputation;
import io.github.marspark.model.mar.StepMemory;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks a recipe and prints it with every key, the defaults filled in. */
public final class CheckRecipeCommand implements RecipeCommand {
    private static final double GIGA = 1e9;
    /** Parameters, gradient, both moments, average; the last three are shared between executors. */
    private static final int VECTORS = 5;

    @Override
    public String name() {
        return "check-recipe";
    }

    @Override
    public String summary() {
        return "checks a recipe and prints it with every default filled in";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "name",
                "seed",
                "images",
                "out",
                "tokenizer-folder",
                "latents",
                "checkpoints",
                "samples",
                "data",
                "tokenizer",
                "encode",
                "model",
                "train",
                "sample");
    }

    /** Prints addresses as they are written, so that what is printed is a recipe for any machine. */
    @Override
    public void run(List<String> arguments, PrintStream out) {
        RecipeArguments parsed = RecipeArguments.parse(this, arguments);
        run(Recipes.read(parsed.file(), parsed.settings()), parsed.options(), out);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        out.print(Recipes.render(recipe));
        MarConfig config = RecipeNetwork.config(recipe);
        int batch = Math.min(recipe.train().largestBatch(), recipe.train().globalBatch());
        for (Recomputation recomputation : Recomputation.values()) {
            StepMemory onGpu = StepMemory.ofGpu(config, batch, recomputation);
            out.printf(
                    "# With train.recompute=%s, a step of %d images at once computes in %.1f GB on a processor and %.1f GB on a GPU; parameters, gradient and optimiser take %.1f GB more, three fifths of them shared between executors.%n",
                    recomputation.name().toLowerCase(Locale.ROOT),
                    batch,
                    StepMemory.of(config, batch, recomputation).activations() / GIGA,
                    onGpu.activations() / GIGA,
                    VECTORS * Float.BYTES * onGpu.parameters() / GIGA);
        }
    }
}
