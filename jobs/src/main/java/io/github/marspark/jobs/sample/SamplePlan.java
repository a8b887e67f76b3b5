package io.github.marspark.jobs.sample;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which images are drawn: {@code perClass} of each class, class after class, in batches of {@code batch}.
 *
 * @param classes labels of the classes, in order; only -1 of a network that has learned none
 * @param perClass images of each
 * @param batch images drawn at once; the last batch may be smaller
 */
public record SamplePlan(List<Integer> classes, int perClass, int batch) {
    /** The plan of a recipe. */
    public static SamplePlan of(Recipe recipe) {
        List<Integer> chosen = recipe.sample().labels();
        List<Integer> classes = chosen.isEmpty()
                ? IntStream.range(0, recipe.data().classes()).boxed().toList()
                : chosen;
        if (recipe.data().labels() == LabelUse.NONE) {
            classes = List.of(LatentHeader.UNLABELLED);
        }
        return new SamplePlan(
                classes, recipe.sample().perClass(), recipe.sample().batch());
    }

    public int images() {
        return classes.size() * perClass;
    }

    public int batches() {
        return (images() + batch - 1) / batch;
    }

    /** Number of the first image of a batch. */
    int first(int number) {
        return number * batch;
    }

    /** Labels of the images of a batch. */
    int[] labels(int number) {
        int[] labels = new int[Math.min(batch, images() - first(number))];
        Arrays.setAll(labels, i -> label(first(number) + i));
        return labels;
    }

    private int label(int image) {
        return classes.get(image / perClass);
    }

    /** Name of an image's file: a folder a class, numbers within it. */
    String file(int image) {
        return "%04d/%05d.png".formatted(Math.max(0, label(image)), image % perClass);
    }
}
