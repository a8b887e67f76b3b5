package io.github.marspark.jobs.command;

import io.github.marspark.jobs.encode.EncodeJob;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Encodes images into latents, on Spark. */
public final class EncodeCommand implements RecipeCommand {
    private static final String EXPLAIN_GPU = "--explain-gpu";

    /** For the command line. */
    public EncodeCommand() {}

    @Override
    public String name() {
        return "encode";
    }

    @Override
    public String summary() {
        return "encodes images into latents, from where an interrupted run stopped";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "images", "latents", "tokenizer-folder", "data.image-size", "data.classes", "data.labels", "encode");
    }

    @Override
    public Set<String> required() {
        return Set.of("images");
    }

    @Override
    public Set<String> options() {
        return Set.of(EXPLAIN_GPU);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        EncodeJob job = new EncodeJob(recipe, out);
        if (options.contains(EXPLAIN_GPU)) {
            job.explainGpu();
        } else {
            job.run();
        }
    }
}
