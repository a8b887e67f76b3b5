package io.github.marspark.jobs.command;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.PyTorchCheckpoint;
import io.github.marspark.data.weights.WeightFile;
import io.github.marspark.data.weights.WeightFormat;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import io.github.marspark.jobs.checkpoint.WholeCheckpoint;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes a checkpoint of the reference's weights, to sample with or to go on training from. */
public final class ImportCommand extends WeightCommand {
    private static final String PARAMETERS = "model";
    private static final String AVERAGE = "model_ema";

    @Override
    public String name() {
        return "import";
    }

    @Override
    public String summary() {
        return "makes a checkpoint of the reference's weights";
    }

    @Override
    public List<String> keys() {
        return List.of("checkpoints", "tokenizer-folder", "data", "tokenizer", "model");
    }

    @Override
    String fileMeaning() {
        return "a PyTorch checkpoint of the reference (parameters and moving average are read), or a safetensors file";
    }

    @Override
    void run(Recipe recipe, Path file, Set<String> options, PrintStream out) {
        CheckpointFolder folder = new CheckpointFolder(recipe.checkpoints());
        requireFree(folder, recipe);
        Lease.during(
                folder.store(), Product.CHECKPOINTS, name(), out, lease -> importInto(folder, recipe, file, out));
    }

    private static void requireFree(CheckpointFolder folder, Recipe recipe) {
        if (!folder.steps().isEmpty()) {
            throw new IllegalStateException(
                    recipe.checkpoints() + " holds checkpoints already; choose another folder by checkpoints=");
        }
        folder.requireNothingElse(List.of());
    }

    private static String importInto(CheckpointFolder folder, Recipe recipe, Path file, PrintStream out) {
        requireFree(folder, recipe); // another job may have been there
        Tokenizer tokenizer = TokenizerFolder.open(recipe.tokenizerFolder());
        ParameterLayout layout = MarParameters.layout(RecipeNetwork.config(recipe));
        boolean both = WeightFormat.of(file) == WeightFormat.PYTORCH && hasAverage(file);
        INDArray parameters = both ? read(file, PARAMETERS, layout) : read(file, layout);
        INDArray average = both ? read(file, AVERAGE, layout) : parameters;
        Data data = Data.ofImport(tokenizer.fingerprint(), tokenizer.scale());
        String step = new WholeCheckpoint(recipe, layout, data).write(folder, 0, parameters, average);
        out.printf(
                "%s of %,d parameters, %s%n",
                step, layout.size(), both ? "with their moving average" : "which stand for their moving average, too");
        return step;
    }

    private static boolean hasAverage(Path file) {
        try (PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(file)) {
            return checkpoint.stateDicts().containsAll(List.of(PARAMETERS, AVERAGE));
        }
    }

    private static INDArray read(Path file, String key, ParameterLayout layout) {
        try (NamedTensors tensors = WeightFile.open(file, key)) {
            return vector(tensors, layout);
        }
    }

    private static INDArray read(Path file, ParameterLayout layout) {
        try (NamedTensors tensors = WeightFile.open(file)) {
            return vector(tensors, layout);
        }
    }

    private static INDArray vector(NamedTensors tensors, ParameterLayout layout) {
        INDArray values = Nd4j.createUninitialized(DataType.FLOAT, layout.size());
        NetworkWeights.load(tensors, layout, values);
        return values;
    }
}
