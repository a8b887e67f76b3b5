package io.github.marspark.jobs.training;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.PreviewFolder;
import io.github.marspark.jobs.sample.PreviewPlan;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Whether the previews that a recipe wants can be drawn, found out before the first step; driver only.
 *
 * @param plan what they show
 * @param tokenizer fingerprint of the one that decodes them
 */
record PreviewCheck(PreviewPlan plan, String tokenizer) {
    /**
     * Looks for the tokenizer.
     *
     * @param recipe of the training, whose latents are of its tokenizer
     * @return empty if no previews are drawn
     * @throws IllegalStateException if there is none, with what to do
     */
    static Optional<PreviewCheck> of(Recipe recipe) {
        if (!recipe.train().preview().isWanted()) {
            return Optional.empty();
        }
        try {
            Tokenizer tokenizer = TokenizerFolder.open(recipe.tokenizerFolder());
            return Optional.of(new PreviewCheck(PreviewPlan.of(recipe), tokenizer.fingerprint()));
        } catch (UncheckedIOException none) {
            throw new IllegalStateException(
                    "train.preview.every-steps is %d, and there is nothing that decodes previews: %s; name the tokenizer's folder by tokenizer-folder=…, or set train.preview.every-steps=0"
                            .formatted(recipe.train().preview().everySteps(), none.getMessage()),
                    none);
        }
    }

    /** Says beside the checkpoints what draws the previews; to be called by who may write there. */
    PreviewFolder begin() {
        PreviewFolder folder = new PreviewFolder(plan);
        folder.begin(tokenizer);
        return folder;
    }
}
