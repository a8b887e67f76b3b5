package io.github.marspark.jobs.checkpoint;

import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one whole checkpoint, whatever number of executors wrote it. */
public final class CheckpointReader {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointReader.class);

    private final CheckpointFolder folder;
    private final CheckpointManifest manifest;
    private final Recipe recipe;

    private CheckpointReader(CheckpointFolder folder, CheckpointManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
        this.recipe = recipe(folder.address(manifest.step()), manifest);
    }

    private static Recipe recipe(String address, CheckpointManifest manifest) {
        try {
            return Recipes.parse(manifest.recipe(), address + "'s recipe", Map.of());
        } catch (RecipeException unreadable) {
            throw new CheckpointException(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }

    /**
     * The newest checkpoint that is not damaged; a damaged one is named in the log and passed over.
     *
     * @param address folder of the checkpoints, of any file system that Hadoop knows
     * @return open for reading, all checksums compared
     * @throws CheckpointFormatException if a newer one is of a form that this program does not know
     * @throws CheckpointException if there is none
     */
    public static CheckpointReader latest(String address) {
        CheckpointFolder folder = new CheckpointFolder(address);
        Map<Long, String> problems = new TreeMap<>(Comparator.reverseOrder());
        for (long step : folder.steps()) {
            try {
                CheckpointReader reader = at(folder, step);
                reader.manifest.parts().forEach(part -> folder.parts().verify(step, part));
                problems.values().forEach(problem -> LOG.warn("{}; the checkpoint before it is used", problem));
                return reader;
            } catch (CheckpointFormatException unknown) {
                throw unknown;
            } catch (CheckpointException damaged) {
                problems.put(step, String.valueOf(damaged.getMessage()));
            }
        }
        throw folder.noneUsable(problems);
    }

    /**
     * A checkpoint; only its manifest is checked.
     *
     * @param folder of the checkpoints
     * @param step its step
     * @return open for reading
     * @throws CheckpointException if it is damaged or not there
     */
    public static CheckpointReader at(CheckpointFolder folder, long step) {
        return new CheckpointReader(folder, folder.manifest(step));
    }

    /**
     * What it says about itself.
     *
     * @return the manifest
     */
    public CheckpointManifest manifest() {
        return manifest;
    }

    /**
     * Where the checkpoint is.
     *
     * @return its folder, with the scheme of its file system
     */
    public String path() {
        return folder.address(step());
    }

    /**
     * Number of steps done.
     *
     * @return at least 1
     */
    public long step() {
        return manifest.step();
    }

    /**
     * The recipe it was trained by, complete.
     *
     * @return the recipe
     */
    public Recipe recipe() {
        return recipe;
    }

    /**
     * The sizes of its network.
     *
     * @return the same as the recipe's
     */
    public MarConfig config() {
        return RecipeNetwork.config(recipe);
    }

    /**
     * Where each parameter array lies in the flat vectors.
     *
     * @return the layout
     * @throws CheckpointException if this program lays that network out in another way
     */
    public ParameterLayout layout() {
        ParameterLayout layout = MarParameters.layout(config());
        List<CheckpointManifest.Array> today = CheckpointManifest.arrays(layout);
        if (!today.equals(manifest.layout())) {
            throw new CheckpointException(
                    "%s was written by mar-spark %s, which lays the parameters out differently; use that version"
                            .formatted(path(), manifest.program()));
        }
        return layout;
    }

    /**
     * Which tokenizer made the latents it was trained on.
     *
     * @return 64 hexadecimal digits
     */
    public String tokenizer() {
        return manifest.data().tokenizer();
    }

    /**
     * What latents are multiplied by before the network sees them.
     *
     * @return the scale factor
     */
    public double latentScale() {
        return manifest.data().latentScale();
    }

    /**
     * All parameters.
     *
     * @return {@code (P)}, float32, a new array
     */
    public INDArray parameters() {
        return whole(CheckpointTensor.PARAMETERS);
    }

    /**
     * The moving average of all parameters.
     *
     * @return {@code (P)}, float32, a new array
     */
    public INDArray average() {
        return whole(CheckpointTensor.AVERAGE);
    }

    /**
     * The range and mean of a vector, which is not kept in memory.
     *
     * @param tensor which vector
     * @return of all its values
     */
    public DoubleSummaryStatistics summary(CheckpointTensor tensor) {
        DoubleSummaryStatistics values = new DoubleSummaryStatistics();
        for (CheckpointPart part : manifest.parts()) {
            folder.parts()
                    .open(
                            step(),
                            part,
                            tensors -> tensors.read(tensor.key(), chunk -> {
                                for (int i = chunk.position(); i < chunk.limit(); i++) {
                                    values.accept(chunk.get(i));
                                }
                            }));
        }
        return values;
    }

    private INDArray whole(CheckpointTensor tensor) {
        FlatVector vector = FlatVector.zeros(manifest.parameters());
        read(tensor, 0, vector);
        return vector.array();
    }

    /**
     * Reads a part of a vector.
     *
     * @param tensor which vector
     * @param from index of the part's first value
     * @param target as long as the part
     */
    public void read(CheckpointTensor tensor, long from, FlatVector target) {
        long to = from + target.size();
        for (CheckpointPart part : manifest.parts()) {
            if (part.from() < to && part.to() > from) {
                folder.parts().open(step(), part, tensors -> {
                    long[] at = {part.from()};
                    tensors.read(tensor.key(), chunk -> {
                        copy(chunk, at[0], from, target);
                        at[0] += chunk.remaining();
                    });
                });
            }
        }
    }

    /** Copies what lies within the target of values that begin at an index of the whole vector. */
    private static void copy(FloatBuffer chunk, long at, long from, FlatVector target) {
        long begin = Math.max(at, from);
        int length = (int) (Math.min(at + chunk.remaining(), from + target.size()) - begin);
        if (length > 0) {
            target.part(begin - from, length).put(chunk.slice(chunk.position() + (int) (begin - at), length));
        }
    }
}
