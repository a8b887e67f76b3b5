package io.github.marspark.jobs.command;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.WeightImport;
import io.github.marspark.data.weights.WeightPlace;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.TokenizerKind;
import io.github.marspark.jobs.recipe.TokenizerRecipe;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Makes a tokenizer of a published autoencoder's weights. */
public final class ImportTokenizerCommand extends ImportingCommand {
    @Override
    public String name() {
        return "import-tokenizer";
    }

    @Override
    public String summary() {
        return "makes a tokenizer of an autoencoder's weights, such as the published KL-16 or VQ-16";
    }

    @Override
    public List<String> keys() {
        return List.of("data.image-size", "tokenizer", "tokenizer-folder");
    }

    @Override
    String fileMeaning() {
        return "a PyTorch checkpoint or a safetensors file with the names of latent diffusion's autoencoders";
    }

    @Override
    List<WeightKey> furtherKeys() {
        return List.of(new WeightKey(
                WeightKey.SCALE,
                "NUMBER",
                "what latents are multiplied by, 1 / their standard deviation; if it is not given %s, that of the published KL-16, or 1 for kind vq"
                        .formatted(TokenizerRecipe.PUBLISHED_SCALE)));
    }

    @Override
    void run(Recipe recipe, WeightArguments given, PrintStream out) {
        FileStore folder = FileStore.at(recipe.tokenizerFolder());
        MadeFolder.requireNothingElse(folder, Product.TOKENIZER, name -> false);
        Lease.during(folder, Product.TOKENIZER, name(), out, lease -> importInto(folder, recipe, given, out));
    }

    private static Tokenizer importInto(FileStore folder, Recipe recipe, WeightArguments given, PrintStream out) {
        MadeFolder.requireNothingElse(folder, Product.TOKENIZER, name -> false); // another job may have been there
        boolean quantised = recipe.tokenizer().kind() == TokenizerKind.VQ;
        double scale = given.scale().orElse(quantised ? 1 : TokenizerRecipe.PUBLISHED_SCALE);
        Tokenizer tokenizer = read(recipe, given, scale, out);
        TokenizerFolder.save(tokenizer, recipe.tokenizerFolder());
        out.printf(
                "tokenizer %.12s with %,d parameters in %s; its latents are scaled by %s%s%n",
                tokenizer.fingerprint(),
                tokenizer.values().length(),
                recipe.tokenizerFolder(),
                tokenizer.scale(),
                given.scale().isPresent() ? "" : unsaid(quantised));
        return tokenizer;
    }

    private static String unsaid(boolean quantised) {
        return quantised
                ? ", which the diffusion loss wants to be 1 / their standard deviation; it is set by scale="
                : ", as those of the published KL-16; another is set by scale=";
    }

    private static Tokenizer read(Recipe recipe, WeightArguments given, double scale, PrintStream out) {
        AutoencoderConfig wanted = RecipeAutoencoder.config(recipe);
        try (WeightImport file = given.open()) {
            WeightPlace place = file.place(names(wanted), given.weights());
            FileAttention attention = FileAttention.of(place.names().keySet(), wanted);
            AutoencoderConfig config = attention.applied(wanted, given.file());
            ParameterLayout layout = AutoencoderParameters.layout(config);
            NamedTensors tensors = file.take(place, NetworkWeights.shapesOf(layout));
            List<String> notes = Stream.concat(file.finish().stream(), attention.notes(wanted))
                    .toList();
            Tokenizer tokenizer = new Tokenizer(config, read(tensors, layout, given, out), scale);
            tell(given.file(), notes, out);
            return tokenizer;
        }
    }

    private static Set<String> names(AutoencoderConfig config) {
        return NetworkWeights.shapesOf(AutoencoderParameters.layout(config)).keySet();
    }
}
