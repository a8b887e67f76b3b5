package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.TokenizerRecipe;
import io.github.marspark.model.autoencoder.AutoencoderConfig;

/** The autoencoder that a recipe describes. */
public final class RecipeAutoencoder {
    private RecipeAutoencoder() {}

    /**
     * The sizes of the autoencoder.
     *
     * @param recipe complete and checked
     * @return as the model understands them
     */
    public static AutoencoderConfig config(Recipe recipe) {
        TokenizerRecipe tokenizer = recipe.tokenizer();
        return new AutoencoderConfig(
                recipe.data().imageSize(),
                RgbImage.CHANNELS,
                tokenizer.width(),
                tokenizer.multipliers(),
                tokenizer.residualBlocks(),
                tokenizer.attentionResolutions(),
                tokenizer.decoderAttention(),
                tokenizer.latentChannels(),
                tokenizer.groups(),
                tokenizer.hiddenChannels(),
                tokenizer.codes());
    }
}
