package io.github.marspark.jobs.command;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.WeightFile;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.TokenizerRecipe;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes a tokenizer of a published autoencoder's weights. */
public final class ImportTokenizerCommand extends WeightCommand {
    @Override
    public String name() {
        return "import-tokenizer";
    }

    @Override
    public String summary() {
        return "makes a tokenizer of an autoencoder's weights, such as the published KL-16";
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
    void run(Recipe recipe, Path file, Set<String> options, PrintStream out) {
        FileStore folder = FileStore.at(recipe.tokenizerFolder());
        MadeFolder.requireNothingElse(folder, Product.TOKENIZER, name -> false);
        Lease.during(folder, Product.TOKENIZER, name(), out, lease -> importInto(folder, recipe, file, out));
    }

    private static Tokenizer importInto(FileStore folder, Recipe recipe, Path file, PrintStream out) {
        MadeFolder.requireNothingElse(folder, Product.TOKENIZER, name -> false); // another job may have been there
        AutoencoderConfig config = RecipeAutoencoder.config(recipe);
        ParameterLayout layout = AutoencoderParameters.layout(config);
        INDArray values = Nd4j.createUninitialized(DataType.FLOAT, layout.size());
        try (NamedTensors tensors = WeightFile.open(file)) {
            NetworkWeights.load(tensors.only(NetworkWeights.shapesOf(layout).keySet()), layout, values);
        }
        Tokenizer tokenizer = new Tokenizer(config, values, TokenizerRecipe.PUBLISHED_SCALE);
        TokenizerFolder.save(tokenizer, recipe.tokenizerFolder());
        out.printf(
                "tokenizer %.12s with %,d parameters in %s; its latents are scaled by %s%n",
                tokenizer.fingerprint(), layout.size(), recipe.tokenizerFolder(), tokenizer.scale());
        return tokenizer;
    }
}
