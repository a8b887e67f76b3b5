package io.github.marspark.jobs.training;

import io.github.marspark.jobs.recipe.Key;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.optimization.LearningRateSchedule;
import java.util.List;
import java.util.Set;

/** In what a recipe differs from the one a checkpoint was trained by, as far as it matters to the training. */
final class RecipeDifferences {
    private static final Set<String> FREE = Set.of(
            "train.largest-batch",
            "train.peer-timeout-seconds",
            "train.non-finite",
            "train.dl4j-shared.mesh",
            "train.dl4j-shared.port",
            "train.dl4j-shared.chunk-bytes",
            "train.dl4j-shared.buffer-bytes",
            "train.dl4j-shared.retransmit-millis",
            "train.dl4j-shared.network-mask",
            "train.checkpoint.every-steps",
            "train.checkpoint.every-minutes",
            "train.checkpoint.keep",
            "train.checkpoint.keep-every-steps");
    private static final List<String> BOUND = List.of(
            "seed", "data.image-size", "data.classes", "data.mirror", "tokenizer.latent-channels", "model.", "train.");

    private RecipeDifferences() {}

    /**
     * Compares two recipes.
     *
     * @param before the checkpoint's
     * @param now the one given
     * @return for each key that differs, its two values
     */
    static List<String> between(Recipe before, Recipe now) {
        return Key.all().stream()
                .map(Key::path)
                .filter(path -> matters(path, now))
                .filter(path -> !Recipes.value(before, path).equals(Recipes.value(now, path)))
                .map(path ->
                        "%s was %s and is %s".formatted(path, Recipes.value(before, path), Recipes.value(now, path)))
                .toList();
    }

    private static boolean matters(String path, Recipe now) {
        if (path.equals("train.steps")) {
            return now.train().schedule() == LearningRateSchedule.COSINE;
        }
        return !FREE.contains(path) && BOUND.stream().anyMatch(path::startsWith);
    }
}
