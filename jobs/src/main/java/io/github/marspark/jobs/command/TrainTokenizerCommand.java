package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.tokenizer.TrainTokenizerJob;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Trains the autoencoder between images and latents. */
public final class TrainTokenizerCommand implements RecipeCommand {
    @Override
    public String name() {
        return "train-tokenizer";
    }

    @Override
    public String summary() {
        return "trains the autoencoder between images and latents, and measures the scale of its latents";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "images",
                "encode.source",
                "encode.image-column",
                "encode.max-megapixels",
                "data.image-size",
                "data.validation-share",
                "tokenizer",
                "tokenizer-folder",
                "seed");
    }

    @Override
    public Set<String> required() {
        return Set.of("images");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        new TrainTokenizerJob(recipe, out).run();
    }
}
