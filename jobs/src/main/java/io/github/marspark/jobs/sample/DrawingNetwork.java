package io.github.marspark.jobs.sample;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.SampledWeights;
import io.github.marspark.model.mar.Design;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The trained network and tokenizer that images are drawn with; driver only. */
public final class DrawingNetwork {
    /** Settings of {@code sample} on which what a network draws depends, whatever is drawn. */
    public static final List<String> SETTINGS = List.of(
            "sample.iterations",
            "sample.diffusion-steps",
            "sample.clamp",
            "sample.temperature",
            "sample.guidance",
            "sample.guidance-schedule",
            "sample.weights",
            "sample.seed");

    private DrawingNetwork() {}

    /**
     * The newest checkpoint of a recipe, if it and the tokenizer can draw together.
     *
     * @throws IllegalArgumentException if either is of another network, or the two do not go together
     */
    public static CheckpointReader latest(Recipe recipe) {
        CheckpointReader checkpoint = CheckpointReader.latest(recipe.checkpoints());
        requireSameNetwork(recipe, checkpoint);
        Tokenizer tokenizer = TokenizerFolder.open(recipe.tokenizerFolder());
        requireSameTokenizer(recipe, checkpoint, tokenizer);
        requireDecodable(recipe, tokenizer);
        return checkpoint;
    }

    /** Tells it if the moving average is to draw and none was kept. */
    public static void tellOfAverage(Recipe recipe, CheckpointReader checkpoint, PrintStream out) {
        if (recipe.sample().weights() == SampledWeights.EMA
                && checkpoint.manifest().averageIsParameters()) {
            out.printf(
                    "%s has no moving average of its own: its parameters draw, as with sample.weights=raw%n",
                    Storage.shown(checkpoint.path()));
        }
    }

    /**
     * What images are drawn by.
     *
     * @param chosen settings of the recipe that they depend on
     * @return values by name, to be added to
     */
    public static Map<String, String> drawnBy(Recipe recipe, CheckpointReader checkpoint, Predicate<String> chosen) {
        Map<String, String> made = new TreeMap<>(Recipes.settings(recipe, chosen));
        made.put(
                "checkpoint",
                checkpoint.manifest().parts().stream()
                        .map(CheckpointPart::sha256)
                        .collect(Collectors.joining(" ")));
        made.put("step", Long.toString(checkpoint.step()));
        made.put("tokenizer", checkpoint.tokenizer());
        return made;
    }

    private static void requireSameNetwork(Recipe recipe, CheckpointReader checkpoint) {
        if (!RecipeNetwork.config(recipe).equals(checkpoint.config())) {
            throw new IllegalArgumentException(
                    "the checkpoint in %s is of another network: it has %s, the recipe %s; sample with the recipe it was trained by"
                            .formatted(recipe.checkpoints(), checkpoint.config(), RecipeNetwork.config(recipe)));
        }
    }

    /** Who imports weights may name any tokenizer. */
    private static void requireDecodable(Recipe recipe, Tokenizer tokenizer) {
        Design design = RecipeNetwork.config(recipe).design();
        int codes = tokenizer.config().codes();
        if (design.hasIds() && codes != design.codes()) {
            throw new IllegalArgumentException(
                    "the network in %s draws ids of %,d codes, the tokenizer in %s %s; name the folder of one with as many by tokenizer-folder="
                            .formatted(
                                    recipe.checkpoints(),
                                    design.codes(),
                                    recipe.tokenizerFolder(),
                                    codes == 0 ? "has no codes" : "has %,d".formatted(codes)));
        }
    }

    private static void requireSameTokenizer(Recipe recipe, CheckpointReader checkpoint, Tokenizer tokenizer) {
        new TokenizerUse(
                        "the checkpoint in %s was trained on latents of tokenizer".formatted(recipe.checkpoints()),
                        checkpoint.manifest().data().tokenizerIdentity())
                .requireSame(
                        new TokenizerUse(recipe.tokenizerFolder() + " holds tokenizer", tokenizer.identity()),
                        "name the folder of the former by tokenizer-folder=",
                        IllegalArgumentException::new);
    }
}
