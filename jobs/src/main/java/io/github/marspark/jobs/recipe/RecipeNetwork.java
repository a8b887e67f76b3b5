package io.github.marspark.jobs.recipe;

import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.mar.Design;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;

/** The network that a recipe describes. */
public final class RecipeNetwork {
    private RecipeNetwork() {}

    /**
     * The sizes of the network.
     *
     * @param recipe complete and checked
     * @return as the model understands them
     */
    public static MarConfig config(Recipe recipe) {
        ModelRecipe model = recipe.model();
        return new MarConfig(
                recipe.data().imageSize() / recipe.tokenizer().stride(),
                recipe.tokenizer().latentChannels(),
                model.patch(),
                recipe.data().classes(),
                transformer(model, model.encoderDepth()),
                transformer(model, model.decoderDepth()),
                model.buffer(),
                new Head(model.head().width(), model.head().depth()),
                model.diffusionBatchMultiplier(),
                model.labelDrop(),
                new MaskRate(model.maskRatioMin(), model.maskRatioDeviation()),
                new Design(
                        model.attention(),
                        model.order(),
                        model.loss(),
                        model.loss() == TokenLoss.CROSS_ENTROPY
                                ? recipe.tokenizer().codes()
                                : 0));
    }

    private static Transformer transformer(ModelRecipe model, int depth) {
        return new Transformer(model.width(), depth, model.heads(), model.mlpRatio(), model.dropout(), model.dropout());
    }

    /**
     * How noise grows with the diffusion's step.
     *
     * @param recipe complete and checked
     * @return the schedule of the head
     */
    public static NoiseSchedule noise(Recipe recipe) {
        return recipe.model().head().noiseSchedule();
    }
}
