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
import io.github.marspark.model.mar.MarBatch;
import io.github.marspark.model.mar.MarObjective;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One rank's copy of the network, and the gradient of its share of a batch. On a GPU, the vectors of parameters and gradient
 * stand for its own, and hold what an optimiser and an exchange bring there. Not thread-safe.
 */
final class Replica {
    private final ComputationGraph graph;
    private final MarLayerNetwork network;
    private @Nullable INDArray accumulated;
    private @Nullable Drawn ahead;

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
        network.recompute(recipe.train().recompute());
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

    /** All parameters and gradients where the kernels have them. */
    Parameters resident() {
        return network.parameters();
    }

    /** Brings a part of the gradient to its vector from where the kernels have it. */
    void fetchGradient(long from, int length) {
        if (network.kernels() instanceof CudaKernels onGpu) {
            onGpu.vectors()
                    .fetch(
                            Matrix.part(resident().residentGradients(), from, 1, length),
                            gradient().array());
        }
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
     * The gradients of equal parts of a batch, added up where the kernels have them. A GPU computes while the first part of
     * the step that comes after is drawn.
     *
     * @param batch gives each slot its image
     * @param step training step
     * @param next the step that comes after
     * @param slots which of them, in how many parts
     * @return the mean loss, when all is computed
     */
    double differentiate(GlobalBatch batch, long step, long next, Slots slots) {
        List<DoubleSupplier> losses = new ArrayList<>();
        for (int part = 0; part < slots.parts(); part++) {
            Drawn drawn = drawn(batch, step, part, slots);
            losses.add(network.differentiate(drawn.features, drawn.batch, part > 0 && isOnGpu()));
            if (slots.parts() > 1 && !isOnGpu()) {
                accumulate(part, slots.parts());
            }
        }
        if (isOnGpu()) {
            ahead = draw(batch, next, 0, slots);
        }
        return losses.stream().mapToDouble(DoubleSupplier::getAsDouble).sum() / slots.parts();
    }

    /** A part of a step's batch with all that chance decides about it. */
    private record Drawn(long step, int part, MarFeatures features, MarBatch batch) {}

    private Drawn drawn(GlobalBatch batch, long step, int part, Slots slots) {
        Drawn known = ahead;
        ahead = null;
        return known != null && known.step == step && known.part == part ? known : draw(batch, step, part, slots);
    }

    private Drawn draw(GlobalBatch batch, long step, int part, Slots slots) {
        MarFeatures features = batch.slots(step, slots.from(part), slots.from(part + 1));
        return new Drawn(step, part, features, network.batch(features));
    }

    private boolean isOnGpu() {
        return network.kernels().losses().isPresent();
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
