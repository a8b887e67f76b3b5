package io.github.marspark.jobs.sample;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import io.github.marspark.jobs.checkpoint.WholeCheckpoint;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.jobs.training.TinyTraining;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.random.Draws;
import java.nio.file.Path;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A tiny network and its tokenizer, both of random weights, that draw in seconds. */
public final class TinyDrawing {
    private static final float SPREAD = 0.05f;

    private TinyDrawing() {}

    /** Writes tokenizer and checkpoint where a recipe looks for them. */
    public static Recipe prepared(Path folder, String... settings) {
        Recipe recipe = TinyTraining.recipe(folder, settings);
        Tokenizer tokenizer = tokenizer(recipe);
        tokenizer.save(Path.of(recipe.tokenizerFolder()));
        ParameterLayout layout = MarParameters.layout(RecipeNetwork.config(recipe));
        INDArray weights = random(layout.size(), 1);
        new WholeCheckpoint(recipe, layout, Data.ofImport(tokenizer.fingerprint(), tokenizer.scale()))
                .write(new CheckpointFolder(recipe.checkpoints()), 7, weights, weights);
        return recipe;
    }

    /** The recipe's tokenizer. */
    public static Tokenizer tokenizer(Recipe recipe) {
        long size =
                AutoencoderParameters.layout(RecipeAutoencoder.config(recipe)).size();
        return new Tokenizer(RecipeAutoencoder.config(recipe), random(size, 2), 0.5);
    }

    private static INDArray random(long size, long seed) {
        float[] noise = new Draws(seed).noise(0, 0, Math.toIntExact(size));
        for (int i = 0; i < noise.length; i++) {
            noise[i] *= SPREAD;
        }
        return Nd4j.createFromArray(noise);
    }
}
