package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.dl4j.MarFeatures;
import io.github.marspark.model.dl4j.MarLayer;
import io.github.marspark.model.dl4j.MarLayerNetwork;
import io.github.marspark.model.mar.MarObjective;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.tensor.Kernels;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One rank's copy of the network, and the gradient of its share of a batch.
 * Parameters are moved and gradients are read in host memory; a GPU gets and gives them in each step. Not thread-safe.
 */
final class Replica {
    private final ComputationGraph graph;
    private final MarLayerNetwork network;
    private @Nullable INDArray accumulated;

    /** A network with the starting values that the recipe's seed gives. */
    Replica(Recipe recipe, Kernels kernels) {
        MarLayer layer = new MarLayer(
                RecipeNetwork.config(recipe),
                RecipeNetwork.noise(recipe),
                GaussianDiffusion.TRAINING_STEPS,
                recipe.seed());
        this.graph = new ComputationGraph(layer.graph());
        graph.init();
        graph.initGradientsView();
        this.network = MarLayerNetwork.of(graph);
        use(kernels);
    }

    /** Computes with other kernels from now on. */
    void use(Kernels kernels) {
        network.use(kernels);
    }

    ParameterLayout layout() {
        return network.parameters().layout();
    }

    FlatVector parameters() {
        return FlatVector.of(graph.params());
    }

    /** The parameters as the network knows them, so that a GPU keeps one copy of them. */
    INDArray values() {
        return network.parameters().values();
    }

    Kernels kernels() {
        return network.kernels();
    }

    FlatVector gradient() {
        return FlatVector.of(graph.getFlattenedGradients());
    }

    /** Evaluates the objective of the parameters as they are. */
    <T> T evaluate(BiFunction<MarObjective, Kernels, T> evaluation) {
        return evaluation.apply(network.objective(), network.kernels());
    }

    /**
     * The gradients of equal parts of a batch, added up.
     *
     * @param batch gives each slot its image
     * @param step training step
     * @param slots which of them, in how many parts
     * @return the mean loss
     */
    double differentiate(GlobalBatch batch, long step, Slots slots) {
        double loss = 0;
        for (int part = 0; part < slots.parts(); part++) {
            loss += differentiate(batch.slots(step, slots.from(part), slots.from(part + 1)));
            if (slots.parts() > 1) {
                accumulate(part, slots.parts());
            }
        }
        return loss / slots.parts();
    }

    private double differentiate(MarFeatures features) {
        LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
        network.setInput(features.toArray(), workspaces);
        network.backpropGradient(null, workspaces);
        return network.score();
    }

    private void accumulate(int part, int parts) {
        INDArray gradient = graph.getFlattenedGradients();
        INDArray sum = accumulated == null ? gradient.ulike() : accumulated;
        accumulated = sum;
        if (part == 0) {
            sum.assign(gradient);
        } else {
            sum.addi(gradient);
        }
        if (part == parts - 1) {
            gradient.assign(sum);
        }
    }
}
