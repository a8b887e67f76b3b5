package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.recipe.PreviewRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What previews of a training show: the same images, of the same numbers, in every one of them. Immutable.
 *
 * @param recipe of the training, whose {@code sample} says what draws a preview
 * @param images which they are, and in which batches
 */
public record PreviewPlan(Recipe recipe, SamplePlan images) {
    private static final Set<String> OWN_SETTINGS =
            Set.of("train.preview.labels", "train.preview.per-class", "train.preview.batch");

    /**
     * Of a training.
     *
     * @param training complete and checked
     */
    public static PreviewPlan of(Recipe training) {
        PreviewRecipe preview = training.train().preview();
        Recipe drawn = Recipes.parse(
                Recipes.render(training),
                "the recipe of the previews",
                Map.of(
                        "sample.labels",
                                preview.shown(training.data().classes()).toString(),
                        "sample.per-class", "" + preview.perClass(),
                        "sample.iterations",
                                "" + preview.iterationsOr(training.sample().iterations()),
                        "sample.batch", "" + preview.batch()));
        return new PreviewPlan(drawn, SamplePlan.of(drawn));
    }

    /** How many batches the images of a preview are drawn in. */
    public int batches() {
        return images.portions();
    }

    /** What the images depend on beside the parameters. */
    Origin origin(String tokenizer) {
        Map<String, String> made = new TreeMap<>(Recipes.settings(recipe, PreviewPlan::matters));
        made.put("tokenizer", tokenizer);
        return new Origin(made);
    }

    /** The moving average draws, whatever weights draw samples. */
    private static boolean matters(String key) {
        return OWN_SETTINGS.contains(key) || (DrawingNetwork.SETTINGS.contains(key) && !key.equals("sample.weights"));
    }

    /** Images of a class, which stand side by side in a preview. */
    int columns() {
        return recipe.sample().perClass();
    }

    /** What stands beside each image where previews are side by side: its class, at the first image of that class. */
    List<String> names() {
        List<String> classes = ClassNames.of(recipe);
        List<String> names = new ArrayList<>();
        for (int image = 0; image < images.images(); image++) {
            names.add(image % columns() == 0 ? classes.get(Math.max(0, images.label(image))) : "");
        }
        return names;
    }
}
