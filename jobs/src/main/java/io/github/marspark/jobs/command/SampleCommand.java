package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.SampleJob;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Draws images of each class from the newest checkpoint. */
public final class SampleCommand implements RecipeCommand {
    @Override
    public String name() {
        return "sample";
    }

    @Override
    public String summary() {
        return "draws images of each class from a checkpoint: PNG files and a contact sheet";
    }

    @Override
    public List<String> keys() {
        return List.of("sample", "checkpoints", "tokenizer-folder", "samples", "latents");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        new SampleJob(recipe, out).run();
    }
}
