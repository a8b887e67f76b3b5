package io.github.marspark.jobs.command;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.Shape;
import io.github.marspark.data.weights.WeightImport;
import io.github.marspark.data.weights.WeightPlace;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Makes a checkpoint of the reference's weights, to sample with or to go on training from. */
public final class ImportCommand extends ImportingCommand {
    private static final String PARAMETERS = "model";
    private static final String AVERAGE = "model_ema";

    /** The parameters and their moving average, which may be one and the same. */
    private record Weights(INDArray parameters, INDArray average) {}

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
    List<WeightKey> furtherKeys() {
        return List.of();
    }

    @Override
    void run(Recipe recipe, WeightArguments given, PrintStream out) {
        CheckpointFolder folder = new CheckpointFolder(recipe.checkpoints());
        requireFree(folder, recipe);
        Lease.during(folder.store(), Product.CHECKPOINTS, name(), out, lease -> importInto(folder, recipe, given, out));
    }

    private static void requireFree(CheckpointFolder folder, Recipe recipe) {
        if (!folder.steps().isEmpty()) {
            throw new IllegalStateException(
                    recipe.checkpoints() + " holds checkpoints already; choose another folder by checkpoints=");
        }
        folder.requireNothingElse(List.of());
    }

    private static String importInto(CheckpointFolder folder, Recipe recipe, WeightArguments given, PrintStream out) {
        requireFree(folder, recipe); // another job may have been there
        Tokenizer tokenizer = TokenizerFolder.open(recipe.tokenizerFolder());
        ParameterLayout layout = MarParameters.layout(RecipeNetwork.config(recipe));
        Weights weights = read(layout, given, out);
        Data data = Data.ofImport(tokenizer.fingerprint(), tokenizer.scale());
        String step =
                new WholeCheckpoint(recipe, layout, data).write(folder, 0, weights.parameters(), weights.average());
        out.printf(
                "%s of %,d parameters, %s%n",
                step,
                layout.size(),
                weights.average() == weights.parameters()
                        ? "which stand for their moving average, too"
                        : "with their moving average");
        return step;
    }

    private static Weights read(ParameterLayout layout, WeightArguments given, PrintStream out) {
        Map<String, Shape> shapes = NetworkWeights.shapesOf(layout);
        try (WeightImport file = given.open()) {
            List<WeightPlace> places = places(file, shapes.keySet(), given.weights());
            List<NamedTensors> taken =
                    places.stream().map(place -> file.take(place, shapes)).toList();
            tell(given.file(), file.finish(), out);
            INDArray parameters = read(taken.get(0), layout, given, out);
            return new Weights(parameters, taken.size() == 1 ? parameters : read(taken.get(1), layout, given, out));
        }
    }

    /** The one place that is chosen; parameters and average where they are named as the reference names them. */
    private static List<WeightPlace> places(WeightImport file, Set<String> names, Optional<String> choice) {
        List<WeightPlace> all = choice.isPresent() ? List.of() : file.places(names);
        return all.stream()
                .filter(place -> all.size() == 2)
                .flatMap(place -> all.stream()
                        .filter(other -> !other.equals(place) && other.prefix().equals(averageOf(place.prefix())))
                        .map(average -> List.of(place, average)))
                .findFirst()
                .orElseGet(() -> List.of(file.place(names, choice)));
    }

    private static String averageOf(String prefix) {
        return Arrays.stream(prefix.split("\\.", -1))
                .map(part -> part.equals(PARAMETERS) ? AVERAGE : part)
                .collect(Collectors.joining("."));
    }
}
