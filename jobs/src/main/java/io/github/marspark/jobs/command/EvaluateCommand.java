package io.github.marspark.jobs.command;

import io.github.marspark.jobs.evaluation.EvaluateJob;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Judges images by comparing them with others. */
public final class EvaluateCommand implements RecipeCommand {
    @Override
    public String name() {
        return "evaluate";
    }

    @Override
    public String summary() {
        return "judges images, such as drawn ones, by numbers: distances to others, precision and recall, label accuracy";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "evaluate",
                "images",
                "samples",
                "latents",
                "classifier-folder",
                "tokenizer-folder",
                "data.image-size",
                "data.classes",
                "data.labels",
                "encode.source",
                "encode.image-column",
                "encode.label-column",
                "encode.max-megapixels",
                "encode.max-reject-share");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        new EvaluateJob(recipe, out).run();
    }
}
