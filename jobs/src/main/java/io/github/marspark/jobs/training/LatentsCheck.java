package io.github.marspark.jobs.training;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.data.weights.WeightFingerprint;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.model.mar.MarConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
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
     * @throws IllegalStateException if they do not fit, with what to do
     */
    static void requireFitting(Recipe recipe, LatentHeader header) {
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
        if (header.classNames().size() > config.classes()) {
            throw new IllegalStateException("%s has %d classes, the recipe's data.classes is %d; set data.classes=%2$d"
                    .formatted(recipe.latents(), header.classNames().size(), config.classes()));
        }
        requireTokenizer(recipe, header);
    }

    private static void requireTokenizer(Recipe recipe, LatentHeader header) {
        FileStore folder = FileStore.at(recipe.tokenizerFolder());
        if (!folder.exists(Tokenizer.WEIGHTS)) {
            LOG.warn("{} is not there, so the latents' tokenizer cannot be compared", folder.path(Tokenizer.WEIGHTS));
            return;
        }
        String fingerprint = fingerprint(folder);
        if (!fingerprint.equals(header.tokenizerFingerprint())) {
            throw new IllegalStateException(
                    "%s was encoded by tokenizer %.12s…, %s is %.12s…; encode the images again, or name the folder of the right one with tokenizer-folder=…"
                            .formatted(
                                    recipe.latents(),
                                    header.tokenizerFingerprint(),
                                    folder.path(Tokenizer.WEIGHTS),
                                    fingerprint));
        }
    }

    private static String fingerprint(FileStore folder) {
        try (FileStore.LocalFile file = folder.local(Tokenizer.WEIGHTS);
                SafeTensors weights = SafeTensors.open(file.path())) {
            return WeightFingerprint.of(weights);
        } catch (IOException e) {
            throw new UncheckedIOException(folder.path(Tokenizer.WEIGHTS) + " cannot be read: " + e.getMessage(), e);
        }
    }
}
