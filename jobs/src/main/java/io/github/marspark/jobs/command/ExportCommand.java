package io.github.marspark.jobs.command;

import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.SampledWeights;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes the newest checkpoint's weights under the reference's names. */
public final class ExportCommand extends WeightCommand {
    @Override
    public String name() {
        return "export";
    }

    @Override
    public String summary() {
        return "writes a checkpoint's weights as safetensors, with the reference's names and shapes";
    }

    @Override
    public List<String> keys() {
        return List.of("checkpoints", "sample.weights");
    }

    @Override
    List<WeightKey> ownKeys() {
        return List.of(
                new WeightKey(WeightKey.FILE, "PATH", "the safetensors file to write; one of that name is replaced"));
    }

    @Override
    void run(Recipe recipe, WeightArguments given, PrintStream out) {
        Path file = given.file();
        CheckpointReader checkpoint = CheckpointReader.latest(recipe.checkpoints());
        boolean average = recipe.sample().weights() == SampledWeights.EMA;
        INDArray values = average ? checkpoint.average() : checkpoint.parameters();
        NetworkWeights weights = new NetworkWeights("the checkpoint", checkpoint.layout(), values);
        String kind = average ? "model_ema" : "model";
        SafeTensors.write(
                file, weights, Map.of("weights", kind, "step", Long.toString(checkpoint.step()), "format", "pt"));
        out.printf(
                "%s: %s of step %d, %,d parameters%n",
                file, name(average, checkpoint), checkpoint.step(), values.length());
    }

    private static String name(boolean average, CheckpointReader checkpoint) {
        if (average && checkpoint.manifest().averageIsParameters()) {
            return "the parameters, no moving average having been kept,";
        }
        return average ? "the moving average" : "the parameters";
    }
}
