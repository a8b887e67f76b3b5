package io.github.marspark.jobs.checkpoint;

import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import io.github.marspark.jobs.checkpoint.VectorTensors.Slice;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.Sharding;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.runtime.ProgramVersion;
import io.github.marspark.model.parameters.ParameterLayout;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A checkpoint that one process writes: parameters and their average, with an optimiser that has seen nothing. Of weights
 * from elsewhere, or of a training whose optimisers' states are not known.
 */
public final class WholeCheckpoint {
    private static final String ATTEMPT = "whole";

    private final Recipe recipe;
    private final ParameterLayout layout;
    private final Data data;

    /**
     * A checkpoint of a recipe's network.
     *
     * @param recipe complete and checked
     * @param layout of its parameters
     * @param data latents that the weights were trained on
     */
    public WholeCheckpoint(Recipe recipe, ParameterLayout layout, Data data) {
        this.recipe = recipe;
        this.layout = layout;
        this.data = data;
    }

    /**
     * Writes the checkpoint as one part.
     *
     * @param folder of the checkpoints
     * @param step number of steps done
     * @param parameters all of them
     * @param average their moving average, or the very same array where none was kept
     * @return the address of the checkpoint
     */
    public String write(CheckpointFolder folder, long step, INDArray parameters, INDArray average) {
        FlatVector nothing = FlatVector.zeros(layout.size());
        VectorTensors tensors = new VectorTensors(Map.of(
                CheckpointTensor.PARAMETERS, Slice.all(FlatVector.of(parameters)),
                CheckpointTensor.AVERAGE, Slice.all(FlatVector.of(average)),
                CheckpointTensor.FIRST_MOMENT, Slice.all(nothing),
                CheckpointTensor.SECOND_MOMENT, Slice.all(nothing)));
        String unfinished = CheckpointFolder.unfinished(step, ATTEMPT);
        CheckpointPart part = folder.parts().write(unfinished, 0, new Sharding(layout.size(), 1), tensors);
        CheckpointManifest manifest =
                CheckpointManifest.of(step, ProgramVersion.name(), Recipes.render(recipe), data, layout, List.of(part));
        folder.complete(unfinished, average == parameters ? manifest.withoutAverage() : manifest);
        return folder.store().path(CheckpointFolder.name(step)).toString();
    }
}
