package io.github.marspark.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.fixtures.CentralDifference;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.random.Purpose;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** The network inside of DL4J: a graph that fits, saves and loads like any other. */
class MarLayerTest {
    /** More than the sum of the rows' slopes, without their signs, is of the slope. */
    private static final double CANCELLATION = 1000;

    private static final Transformer HALF = new Transformer(16, 1, 2, 4, 0.1, 0.1);
    private static final MarConfig CONFIG =
            new MarConfig(4, 3, 1, 5, HALF, HALF, 2, new Head(16, 1), 2, 0.1, new MaskRate(0.7));

    private static ComputationGraph graph() {
        return graph(3);
    }

    private static ComputationGraph graph(double clipNorm) {
        MarLayer layer = new MarLayer(CONFIG, NoiseSchedule.COSINE, 1000, 7);
        ComputationGraph graph =
                new ComputationGraph(layer.graph(new Adam(1e-2, 0.9, 0.95, AdamW.EPSILON), 0.02, clipNorm));
        graph.init();
        MarLayerNetwork.of(graph).use(new CpuKernels(new Threads(1)));
        return graph;
    }

    private static MarFeatures batch(long step) {
        float[] tokens = new float[4 * CONFIG.tokens() * CONFIG.tokenSize()];
        new Draws(step).stream(Purpose.NOISE, 0, 0, 0).normal(tokens, 0, tokens.length);
        return new MarFeatures(step, new long[] {70_000, 1, 2, 3}, new int[] {0, 1, 2, 4}, tokens);
    }

    @Test
    void theLayerHoldsAllParametersInTheReferencesOrder() {
        ComputationGraph graph = graph();
        assertThat(graph.numParams()).isEqualTo(MarParameters.layout(CONFIG).size());
        Parameters expected = Parameters.zeros(MarParameters.layout(CONFIG));
        expected.initialize(new Draws(7));
        assertThat(graph.params().toFloatVector()).isEqualTo(expected.values().toFloatVector());
        assertThat(graph.getParam("mar_z-proj.weight").shape()).containsExactly(16, 3);
    }

    @Test
    void featuresAndBackAreTheSame() {
        MarFeatures batch = batch(123_456_789);
        MarFeatures read = MarFeatures.of(batch.toArray());
        assertThat(read.step()).isEqualTo(123_456_789);
        assertThat(read.samples()).isEqualTo(batch.samples());
        assertThat(read.labels()).isEqualTo(batch.labels());
        assertThat(read.tokens()).isEqualTo(batch.tokens());
    }

    @Test
    void fittingWithDl4jsUpdaterLowersTheLoss() {
        ComputationGraph graph = graph();
        double before = graph.score(batch(1).toDataSet());
        for (int i = 0; i < 30; i++) {
            graph.fit(batch(1).toDataSet());
        }
        assertThat(graph.score(batch(1).toDataSet())).isLessThan(0.9 * before);
    }

    /** Adam's first moment after one step is a tenth of the gradient that it was given. */
    private static double normGivenToAdam(double clipNorm) {
        ComputationGraph graph = graph(clipNorm);
        graph.fit(batch(1).toDataSet());
        INDArray moments = graph.getUpdater().getStateViewArray().reshape(2, graph.numParams());
        return moments.getRow(0).norm2Number().doubleValue() / 0.1;
    }

    @Test
    void theUpdaterIsGivenTheMeanGradientClippedByItsNorm() {
        ComputationGraph graph = graph();
        graph.setInputs(batch(1).toArray());
        graph.setLabels(Nd4j.zeros(4, 1));
        graph.computeGradientAndScore();
        double norm = graph.getFlattenedGradients().norm2Number().doubleValue();
        double limit = RoundingLimit.of(Math.toIntExact(graph.numParams())) * norm;
        assertThat(normGivenToAdam(10 * norm)).isCloseTo(norm, within(limit));
        assertThat(normGivenToAdam(norm / 2)).isCloseTo(norm / 2, within(limit));
    }

    @Test
    void theLossKnowsNothingOfWeightDecay() {
        double[] losses = new double[2];
        double[] scores = new double[2];
        for (int decays = 0; decays < 2; decays++) {
            MarLayer layer = new MarLayer(CONFIG, NoiseSchedule.COSINE, 1000, 7);
            ComputationGraph graph = new ComputationGraph(layer.graph(new Adam(1e-3), 0.5 * decays, 1));
            graph.init();
            MarLayerNetwork.of(graph).use(new CpuKernels(new Threads(1)));
            graph.setInputs(batch(1).toArray());
            graph.setLabels(Nd4j.zeros(4, 1));
            graph.computeGradientAndScore();
            losses[decays] = MarLayerNetwork.of(graph).loss();
            scores[decays] = graph.score();
        }
        assertThat(scores[0]).isEqualTo(losses[0]);
        assertThat(losses[1]).isEqualTo(losses[0]);
        assertThat(scores[1]).isGreaterThan(scores[0]);
    }

    @Test
    void theGradientIsThatOfTheScore() {
        ComputationGraph graph = graph();
        graph.fit(batch(1).toDataSet());
        graph.setInputs(batch(2).toArray());
        graph.setLabels(Nd4j.zeros(4, 1));
        graph.computeGradientAndScore();
        ParameterLayout layout = MarParameters.layout(CONFIG);
        // the bias of the first variance: the score is not differentiated by the noise that its bound takes for granted
        long index = layout.offset(layout.index("diffloss.net.final_layer.linear.bias")) + CONFIG.tokenSize();
        double computed = graph.getFlattenedGradients().getDouble(index);
        double before = graph.params().getDouble(index);
        CentralDifference slope = CentralDifference.of(
                change -> {
                    graph.params().putScalar(index, before + change);
                    graph.computeGradientAndScore();
                    return graph.score();
                },
                0x1p-2,
                // all that a change of the bias rounds anew is the output, whose variances are below 1
                RoundingLimit.of(1) * CANCELLATION * Math.abs(computed));
        assertThat(computed).isCloseTo(slope.value(), within(slope.limit()));
        assertThat(slope.limit()).isLessThan(0.1 * Math.abs(computed));
    }

    @Test
    void aSavedGraphLoadsWithTheSameConfigurationParametersAndScore() throws IOException {
        ComputationGraph graph = graph();
        graph.fit(batch(1).toDataSet());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ModelSerializer.writeModel(graph, bytes, true);
        ComputationGraph loaded =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes.toByteArray()), true);
        assertThat(loaded.params()).isEqualTo(graph.params());
        assertThat(MarLayerNetwork.of(loaded).layerConf().config()).isEqualTo(CONFIG);
        assertThat(loaded.score(batch(5).toDataSet())).isEqualTo(graph.score(batch(5).toDataSet()));
        assertThat(loaded.getUpdater().getStateViewArray())
                .isEqualTo(graph.getUpdater().getStateViewArray());
    }

    @Test
    void theSavedConfigurationNamesTheSizes() {
        String json =
                new MarLayer(CONFIG, NoiseSchedule.COSINE, 1000, 7).graph().toJson();
        assertThat(json).contains("\"latentSize\" : 4", "\"attentionDropout\" : 0.1", "\"minimum\" : 0.7");
        String nameless = json.replace("\"network\"", "\"sizes\"");
        MarLayer layer = layer(ComputationGraphConfiguration.fromJson(nameless));
        assertThat(layer(ComputationGraphConfiguration.fromJson(json)).config()).isEqualTo(CONFIG);
        assertThatThrownBy(layer::config)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the configuration of the layer mar has no \"network\": another version saved it");
    }

    private static MarLayer layer(ComputationGraphConfiguration graph) {
        if (graph.getVertices().get(MarLayer.NAME) instanceof LayerVertex vertex
                && vertex.getLayerConf().getLayer() instanceof MarLayer layer) {
            return layer;
        }
        throw new AssertionError("the graph has no layer " + MarLayer.NAME);
    }

    @Test
    void aGraphWithoutAnUpdaterIsNotMovedByFitting() {
        ComputationGraph graph = new ComputationGraph(new MarLayer(CONFIG, NoiseSchedule.COSINE, 1000, 7).graph());
        graph.init();
        MarLayerNetwork.of(graph).use(new CpuKernels(new Threads(1)));
        INDArray before = graph.params().dup();
        graph.fit(batch(1).toDataSet());
        assertThat(graph.params()).isEqualTo(before);
        assertThat(graph.score()).isPositive();
    }

    @Test
    void featuresOfTwoStepsAreRefused() {
        var rows = batch(1).toArray();
        rows.putScalar(1, 1, 2f);
        assertThat(rows.dataType()).isEqualTo(DataType.FLOAT);
        assertThatThrownBy(() -> MarFeatures.of(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("features are of steps 1 and 2, must be of one step");
    }
}
