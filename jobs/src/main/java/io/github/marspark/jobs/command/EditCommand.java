package io.github.marspark.jobs.command;

import io.github.marspark.jobs.edit.EditJob;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.DrawingNetwork;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Draws a part of a picture anew, or around it. */
public final class EditCommand implements RecipeCommand {
    @Override
    public String name() {
        return "edit";
    }

    @Override
    public String summary() {
        return "draws what a mask hides of a picture anew, or what lies around it; all else stays as it is";
    }

    @Override
    public Optional<String> section() {
        return Optional.of("edit");
    }

    @Override
    public List<String> keys() {
        List<String> keys = new ArrayList<>(List.of("edit"));
        keys.addAll(DrawingNetwork.SETTINGS);
        keys.addAll(List.of("checkpoints", "tokenizer-folder"));
        return keys;
    }

    @Override
    public Set<String> required() {
        return Set.of("edit.image");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        new EditJob(recipe, out).run();
    }
}
