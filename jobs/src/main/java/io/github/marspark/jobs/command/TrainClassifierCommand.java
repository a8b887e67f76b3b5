package io.github.marspark.jobs.command;

import io.github.marspark.jobs.classifier.TrainClassifierJob;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Trains the classifier that images are judged by. */
public final class TrainClassifierCommand implements RecipeCommand {
    @Override
    public String name() {
        return "train-classifier";
    }

    @Override
    public String summary() {
        return "trains a small classifier on the images, by which evaluate judges others";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "images",
                "encode.source",
                "encode.image-column",
                "encode.label-column",
                "encode.max-megapixels",
                "data.image-size",
                "data.classes",
                "data.labels",
                "classifier",
                "classifier-folder",
                "seed");
    }

    @Override
    public Set<String> required() {
        return Set.of("images");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        new TrainClassifierJob(recipe, out).run();
    }
}
