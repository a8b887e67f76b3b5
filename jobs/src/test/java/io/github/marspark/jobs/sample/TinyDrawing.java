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

    private static final long STEP = 7;

    private TinyDrawing() {}

    /** Writes tokenizer and checkpoint where a recipe looks for them. */
    public static Recipe prepared(Path folder, String... settings) {
        return prepared(folder, SPREAD, settings);
    }

    /**
     * Likewise, with wider weights, by which images change more with what is given.
     *
     * @param spread standard deviation of the weights
     */
    public static Recipe prepared(Path folder, float spread, String... settings) {
        Recipe recipe = TinyTraining.recipe(folder, settings);
        prepare(recipe, tokenizer(recipe, spread), spread);
        return recipe;
    }

    /** Writes a tokenizer, and a checkpoint of a network that was trained with it. */
    static void prepare(Recipe recipe, Tokenizer tokenizer) {
        prepare(recipe, tokenizer, SPREAD);
    }

    private static void prepare(Recipe recipe, Tokenizer tokenizer, float spread) {
        tokenizer.save(Path.of(recipe.tokenizerFolder()));
        ParameterLayout layout = MarParameters.layout(RecipeNetwork.config(recipe));
        INDArray weights = random(layout.size(), 1, spread);
        new WholeCheckpoint(recipe, layout, Data.ofImport(tokenizer.fingerprint(), tokenizer.scale()))
                .write(new CheckpointFolder(recipe.checkpoints()), STEP, weights, weights);
    }

    /** Where the first drawing of a recipe lies. */
    static Path drawn(Recipe recipe) {
        return drawn(Path.of(recipe.samples()));
    }

    static Path drawn(Path samples) {
        return samples.resolve("step-%08d".formatted(STEP));
    }

    /** The recipe's tokenizer. */
    public static Tokenizer tokenizer(Recipe recipe) {
        return tokenizer(recipe, SPREAD);
    }

    private static Tokenizer tokenizer(Recipe recipe, float spread) {
        long size =
                AutoencoderParameters.layout(RecipeAutoencoder.config(recipe)).size();
        return new Tokenizer(RecipeAutoencoder.config(recipe), random(size, 2, spread), 0.5);
    }

    private static INDArray random(long size, long seed, float spread) {
        float[] noise = new Draws(seed).noise(0, 0, Math.toIntExact(size));
        for (int i = 0; i < noise.length; i++) {
            noise[i] *= spread;
        }
        return Nd4j.createFromArray(noise);
    }
}
