package io.github.marspark.jobs.training;

import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.optimization.LearningRateSchedule;
import java.util.List;
import java.util.Set;

/** What of a recipe makes a training what it is, so that another one does not go on from its checkpoints. */
final class TrainingOrigin {
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
            "train.validation.every-steps",
            "train.preview.every-steps",
            "train.preview.labels",
            "train.preview.per-class",
            "train.preview.iterations",
            "train.preview.batch",
            "train.page",
            "train.checkpoint.every-steps",
            "train.checkpoint.every-minutes",
            "train.checkpoint.keep",
            "train.checkpoint.keep-every-steps");
    private static final List<String> BOUND = List.of(
            "seed", "data.image-size", "data.classes", "data.mirror", "tokenizer.latent-channels", "model.", "train.");

    private TrainingOrigin() {}

    /**
     * Of a recipe.
     *
     * @param recipe a checkpoint's, or the one given
     * @param now the one given, which says whether the number of steps matters
     */
    static Origin of(Recipe recipe, Recipe now) {
        return new Origin(Recipes.settings(recipe, path -> matters(path, now)));
    }

    private static boolean matters(String path, Recipe now) {
        if (path.equals("train.steps")) {
            return now.train().schedule() == LearningRateSchedule.COSINE;
        }
        return !FREE.contains(path) && BOUND.stream().anyMatch(path::startsWith);
    }
}
