package io.github.marspark.model.dl4j;

import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.optimization.WeightDecayRule;
import io.github.marspark.model.parameters.ParameterSpec;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The masked autoregressive network with its objective as one DL4J layer, which holds all parameters: its input is
 * {@link MarFeatures}, its score the diffusion loss.
 *
 * <p>Where DL4J trains, its updater is AdamW with the reference's exclusions from weight decay; clipping by the layer's
 * norm is clipping by the global norm, because there is one layer. The synchronous training has its own optimiser and
 * takes a graph whose updater moves nothing.
 */
public final class MarLayer extends BaseLayer {
    /** Name of the layer in its graph. */
    public static final String NAME = "mar";

    private static final String INPUT = "features";
    private static final WeightDecay NO_DECAY = new WeightDecay(0, true);

    @JsonProperty
    private @Nullable MarConfig network;

    @JsonProperty
    private NoiseSchedule schedule = NoiseSchedule.COSINE;

    @JsonProperty
    private int diffusionSteps;

    @JsonProperty
    private long seed;

    /** For DL4J, which fills the fields from a saved configuration. */
    MarLayer() {}

    /**
     * A network of a size.
     *
     * @param diffusionSteps time steps of the diffusion
     * @param seed of everything that chance decides, the starting values among it
     */
    public MarLayer(MarConfig config, NoiseSchedule schedule, int diffusionSteps, long seed) {
        this.network = config;
        this.schedule = schedule;
        this.diffusionSteps = diffusionSteps;
        this.seed = seed;
        setLayerName(NAME);
    }

    /**
     * A graph of this layer alone that DL4J trains.
     *
     * @param updater DL4J's, with its learning rate
     * @param weightDecay decoupled, of the parameters that decay
     * @param clipNorm bound of the gradient's norm
     */
    public ComputationGraphConfiguration graph(Adam updater, double weightDecay, double clipNorm) {
        setRegularization(List.of(new WeightDecay(weightDecay, true)));
        setGradientNormalization(GradientNormalization.ClipL2PerLayer);
        setGradientNormalizationThreshold(clipNorm);
        return graph((IUpdater) updater);
    }

    /** A graph of this layer alone that DL4J cannot train: who asks it for gradients has to move the parameters. */
    public ComputationGraphConfiguration graph() {
        return graph(new Sgd(0)); // DL4J's NoOp subtracts the gradient as it is
    }

    private ComputationGraphConfiguration graph(IUpdater updater) {
        setIUpdater(updater);
        ComputationGraphConfiguration graph = new NeuralNetConfiguration.Builder()
                .miniBatch(false) // the loss is a mean already
                .graphBuilder()
                .addInputs(INPUT)
                .addLayer(NAME, this, INPUT)
                .setOutputs(NAME)
                .build();
        graph.setValidateOutputLayerConfig(false);
        return graph;
    }

    /**
     * The sizes of the network.
     *
     * @throws IllegalStateException if the layer was read from a configuration that does not say them
     */
    public MarConfig config() {
        if (network == null) {
            throw new IllegalStateException(
                    "the configuration of the layer " + NAME + " has no \"network\": another version saved it");
        }
        return network;
    }

    /** The noise schedule of the diffusion. */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** Time steps of the diffusion. */
    public int diffusionSteps() {
        return diffusionSteps;
    }

    /** The seed of everything that chance decides. */
    public long seed() {
        return seed;
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration configuration,
            @Nullable Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        MarLayerNetwork network = new MarLayerNetwork(configuration, type);
        network.setListeners(listeners == null ? List.of() : listeners);
        network.setIndex(index);
        network.setParamsViewArray(parameters);
        network.setParamTable(initializer().init(configuration, parameters, initialize));
        network.setConf(configuration);
        return network;
    }

    @Override
    public ParamInitializer initializer() {
        return MarParamInitializer.INSTANCE;
    }

    @Override
    public List<Regularization> getRegularizationByParam(String key) {
        ParameterSpec spec = MarParamInitializer.spec(this, key);
        boolean decays = WeightDecayRule.of(spec.name(), spec.shape().length) == WeightDecayRule.DECAYED;
        return decays && regularization != null ? regularization : List.of(NO_DECAY);
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        return InputType.feedForward(1);
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        // the configuration gives the size of the input
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType input) {
        return null;
    }

    @Override
    public boolean isPretrainParam(String key) {
        return false;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType input) {
        return new LayerMemoryReport.Builder(NAME, MarLayer.class, input, getOutputType(0, input))
                .standardMemory(
                        MarParamInitializer.INSTANCE.numParams(this), 2 * MarParamInitializer.INSTANCE.numParams(this))
                .build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MarLayer that
                && super.equals(that)
                && Objects.equals(network, that.network)
                && schedule == that.schedule
                && diffusionSteps == that.diffusionSteps
                && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return Objects.hash(network, schedule, diffusionSteps, seed);
    }
}
