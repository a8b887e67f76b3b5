package io.github.marspark.jobs.training;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.jobs.latents.LabelCheck;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.model.mar.Design;
import io.github.marspark.model.mar.MarConfig;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether latents are what a recipe's network can be trained on; driver only. */
final class LatentsCheck {
    private static final Logger LOG = LoggerFactory.getLogger(LatentsCheck.class);

    private LatentsCheck() {}

    /**
     * Compares them.
     *
     * @param recipe of the training
     * @param header of its latents
     * @return what is odd about their labels, though they may be trained on
     * @throws IllegalStateException if they do not fit, with what to do
     */
    static List<String> requireFitting(Recipe recipe, LatentHeader header) {
        MarConfig config = RecipeNetwork.config(recipe);
        if (header.channels() != config.latentChannels()
                || header.height() != config.latentSize()
                || header.width() != config.latentSize()) {
            throw new IllegalStateException(
                    "%s holds latents of %d × %d × %d, the recipe's network takes %d × %d × %d; encode the images with this recipe"
                            .formatted(
                                    recipe.latents(),
                                    header.channels(),
                                    header.height(),
                                    header.width(),
                                    config.latentChannels(),
                                    config.latentSize(),
                                    config.latentSize()));
        }
        requireCodes(recipe, header, config.design());
        requireTokenizer(recipe, header);
        return LabelCheck.ofLatents(recipe, header);
    }

    private static void requireCodes(Recipe recipe, LatentHeader header, Design design) {
        if (design.hasIds() && header.codes() != design.codes()) {
            throw new IllegalStateException(
                    "%s holds %s, the cross-entropy loss of the recipe's network takes ids of %,d codes; encode the images with the recipe's tokenizer"
                            .formatted(
                                    recipe.latents(),
                                    header.codes() == 0
                                            ? "latents without ids"
                                            : "ids of %,d codes".formatted(header.codes()),
                                    design.codes()));
        }
    }

    private static void requireTokenizer(Recipe recipe, LatentHeader header) {
        FileStore folder = FileStore.at(recipe.tokenizerFolder());
        if (!folder.exists(Tokenizer.DESCRIPTION)) {
            LOG.warn(
                    "{} is not there, so the latents' tokenizer cannot be compared",
                    folder.path(Tokenizer.DESCRIPTION));
            return;
        }
        new TokenizerUse(recipe.latents() + " was encoded by tokenizer", header.tokenizer())
                .requireSame(
                        new TokenizerUse(
                                folder.path() + " is",
                                TokenizerFolder.open(recipe.tokenizerFolder()).identity()),
                        "encode the images again, or name the folder of the right one with tokenizer-folder=…",
                        IllegalStateException::new);
    }
}
