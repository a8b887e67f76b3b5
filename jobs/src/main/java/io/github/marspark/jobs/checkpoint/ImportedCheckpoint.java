package io.github.marspark.jobs.checkpoint;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.Versions;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Shard;
import io.github.marspark.jobs.checkpoint.VectorTensors.Part;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.parameters.ParameterLayout;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A checkpoint of weights from elsewhere: step 0, with an optimiser that has seen nothing. */
public final class ImportedCheckpoint {
    private static final String ATTEMPT = "import";

    private final Recipe recipe;
    private final ParameterLayout layout;
    private final Tokenizer tokenizer;

    /**
     * A checkpoint of a recipe's network.
     *
     * @param recipe complete and checked
     * @param layout of its parameters
     * @param tokenizer whose latents the weights were trained on
     */
    public ImportedCheckpoint(Recipe recipe, ParameterLayout layout, Tokenizer tokenizer) {
        this.recipe = recipe;
        this.layout = layout;
        this.tokenizer = tokenizer;
    }

    /**
     * Writes the checkpoint as one shard.
     *
     * @param folder of the checkpoints
     * @param parameters all of them
     * @param average their moving average
     * @return the address of the checkpoint
     */
    public String write(CheckpointFolder folder, INDArray parameters, INDArray average) {
        FlatVector nothing = FlatVector.zeros(layout.size());
        VectorTensors tensors = new VectorTensors(Map.of(
                CheckpointTensor.PARAMETERS, Part.all(FlatVector.of(parameters)),
                CheckpointTensor.AVERAGE, Part.all(FlatVector.of(average)),
                CheckpointTensor.FIRST_MOMENT, Part.all(nothing),
                CheckpointTensor.SECOND_MOMENT, Part.all(nothing)));
        String unfinished = CheckpointFolder.unfinished(0, ATTEMPT);
        Shard shard = folder.writeShard(unfinished, 0, 1, 0, layout.size(), tensors);
        Data data = Data.ofImport(tokenizer.fingerprint(), tokenizer.scale());
        folder.complete(
                unfinished,
                CheckpointManifest.of(0, Versions.ofProgram(), Recipes.render(recipe), data, layout, List.of(shard)));
        return folder.store().path(CheckpointFolder.name(0)).toString();
    }
}
