package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Checks a recipe and prints it with every key, the defaults filled in. */
public final class CheckRecipeCommand implements RecipeCommand {
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
    }
}
