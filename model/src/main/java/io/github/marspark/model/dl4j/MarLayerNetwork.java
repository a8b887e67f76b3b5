package io.github.marspark.model.dl4j;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.mar.DropoutKeys;
import io.github.marspark.model.mar.MarBatch;
import io.github.marspark.model.mar.MarNetwork;
import io.github.marspark.model.mar.MarObjective;
import io.github.marspark.model.mar.Recomputation;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link MarLayer} at work: one pass forward and one back a step, over DL4J's flat vectors of parameters and gradients.
 */
public final class MarLayerNetwork extends BaseLayer<MarLayer> implements IOutputLayer {
    private @Nullable INDArray labels;
    private @Nullable Kernels kernels;
    private @Nullable Parameters bound;
    private Recomputation recomputation = Recomputation.NONE;

    MarLayerNetwork(NeuralNetConfiguration configuration, DataType type) {
        super(configuration, type);
    }

    /**
     * The layer of a graph that {@link MarLayer#graph} configured.
     *
     * @throws IllegalArgumentException if the graph has no such layer
     */
    public static MarLayerNetwork of(ComputationGraph graph) {
        if (graph.getLayer(MarLayer.NAME) instanceof MarLayerNetwork network) {
            return network;
        }
        throw new IllegalArgumentException("the graph has no layer " + MarLayer.NAME + " of type MarLayer");
    }

    /** Computes with the given kernels instead of all the processor's cores. */
    public void use(Kernels chosen) {
        this.kernels = chosen;
        this.bound = null;
    }

    /** Computes once more from now on what it does not keep. */
    public void recompute(Recomputation chosen) {
        this.recomputation = chosen;
    }

    /** What it computes with. */
    public Kernels kernels() {
        if (kernels == null) {
            kernels = new CpuKernels(Threads.all());
        }
        return kernels;
    }

    /**
     * The layer's parameters and gradients by name; before the graph has a vector of gradients, the parameters stand in
     * for them and must not be differentiated.
     */
    public Parameters parameters() {
        INDArray gradients = gradientsFlattened == null ? paramsFlattened : gradientsFlattened;
        Parameters known = bound;
        if (known == null || known.values() != paramsFlattened || known.gradients() != gradients) {
            known = new Parameters(MarParamInitializer.layout(layerConf()), paramsFlattened, gradients).on(kernels());
            bound = known;
        }
        return known;
    }

    /** The objective of the parameters as they are, where the kernels have them, whenever it is evaluated. */
    public MarObjective objective() {
        return objective(parameters());
    }

    private MarObjective objective(Parameters parameters) {
        GaussianDiffusion diffusion =
                GaussianDiffusion.of(layerConf().schedule(), layerConf().diffusionSteps());
        return new MarObjective(
                new MarNetwork(layerConf().config(), parameters::variable),
                new DiffusionLoss(diffusion),
                recomputation);
    }

    /** Draws what chance decides about a batch. */
    public MarBatch batch(MarFeatures features) {
        MarLayer layer = layerConf();
        return MarBatch.draw(
                layer.config(),
                new Draws(layer.seed()),
                layer.diffusionSteps(),
                features.step(),
                features.samples(),
                features.labels(),
                features.tokens(),
                kernels().threads());
    }

    /** The gradient of the loss of a batch, written to the graph's flat gradient; the score is the loss. */
    @Override
    public Pair<Gradient, INDArray> backpropGradient(@Nullable INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        return outsideOfWorkspaces(this::differentiate);
    }

    /**
     * The gradient of the loss of a batch, written to where the kernels have it, by the parameters as they have them.
     *
     * @param features of the batch
     * @param batch drawn of them
     * @param adds whether it is added to the gradient before it instead of overwriting it
     * @return the loss; asking for it waits for kernels that compute later than they are told
     */
    public DoubleSupplier differentiate(MarFeatures features, MarBatch batch, boolean adds) {
        Parameters parameters = parameters();
        if (!adds) {
            parameters.forgetGradients();
        }
        DropoutKeys dropout = DropoutKeys.of(new Draws(layerConf().seed()), features.step(), features.samples());
        DoubleSupplier loss = objective(parameters).differentiate(kernels(), batch, dropout);
        parameters.zeroMissingGradients(kernels());
        return loss;
    }

    private Pair<Gradient, INDArray> differentiate() {
        MarFeatures features = MarFeatures.of(input);
        parameters().renewValues();
        DoubleSupplier loss = differentiate(features, batch(features), false);
        parameters().fetchGradients();
        score = loss.getAsDouble();
        Gradient gradients = new DefaultGradient(gradientsFlattened);
        for (Map.Entry<String, INDArray> view : gradientViews.entrySet()) {
            gradients.setGradientFor(view.getKey(), view.getValue());
        }
        return new Pair<>(gradients, null);
    }

    /** The loss of the last batch, without the penalty of large weights that DL4J adds to a graph's score. */
    public double loss() {
        return score;
    }

    /** In training the loss of the last {@link #backpropGradient}; else that of the input without dropout. */
    @Override
    public double computeScore(double regularization, boolean training, LayerWorkspaceMgr workspaces) {
        if (!training) {
            score = outsideOfWorkspaces(this::evaluate);
        }
        return score + regularization;
    }

    /** DL4J's workspaces take their memory back after each step; the kernels keep theirs. */
    @SuppressWarnings("try")
    private static <T> T outsideOfWorkspaces(Supplier<T> computation) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return computation.get();
        }
    }

    private double evaluate() {
        MarBatch batch = batch(MarFeatures.of(input));
        parameters().renewValues();
        return objective(parameters())
                .evaluate(kernels(), batch, DropoutKeys.NONE)
                .loss();
    }

    /** The loss of the input, {@code (1, 1)}. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray loss = workspaces.create(ArrayType.ACTIVATIONS, dataType, 1, 1);
        return loss.assign(computeScore(0, false, workspaces));
    }

    @Override
    public INDArray computeScoreForExamples(double regularization, LayerWorkspaceMgr workspaces) {
        throw new UnsupportedOperationException("the loss is a mean over the masked tokens of a whole batch");
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public void setLabels(INDArray given) {
        this.labels = given;
    }

    @Override
    public INDArray getLabels() {
        return Objects.requireNonNull(labels, "labels were not set");
    }

    @Override
    public double f1Score(DataSet data) {
        throw notAClassifier();
    }

    @Override
    public double f1Score(INDArray examples, INDArray given) {
        throw notAClassifier();
    }

    @Override
    @Deprecated
    public int numLabels() {
        throw notAClassifier();
    }

    @Override
    public int[] predict(INDArray examples) {
        throw notAClassifier();
    }

    @Override
    public List<String> predict(DataSet data) {
        throw notAClassifier();
    }

    @Override
    public void fit(DataSetIterator data) {
        throw notAClassifier();
    }

    @Override
    public void fit(INDArray examples, INDArray given) {
        throw notAClassifier();
    }

    @Override
    public void fit(DataSet data) {
        throw notAClassifier();
    }

    @Override
    public void fit(INDArray examples, int[] given) {
        throw notAClassifier();
    }

    private static UnsupportedOperationException notAClassifier() {
        return new UnsupportedOperationException("a generator classifies nothing, and its graph is what is fitted");
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
