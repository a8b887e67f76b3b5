package io.github.marspark.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.mar.Design;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.mar.TokenOrder;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Objects;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;

/** The systems beside MAR as a layer of DL4J. */
class SystemLayerTest {
    private static final int CODES = 6;
    private static final Transformer HALF = new Transformer(16, 1, 2, 4, 0.1, 0.1);

    static Stream<Design> systems() {
        return Stream.of(
                new Design(Attention.CAUSAL, TokenOrder.RASTER, TokenLoss.DIFFUSION, 0),
                new Design(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY, CODES),
                new Design(Attention.BIDIRECTIONAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY, CODES));
    }

    private static MarConfig config(Design design) {
        return new MarConfig(4, 3, 1, 5, HALF, HALF, 2, new Head(16, 1), 2, 0.1, new MaskRate(0.7), design);
    }

    private static MarFeatures batch(MarConfig config) {
        float[] tokens = new Draws(1).noise(0, 0, 4 * config.tokens() * config.tokenSize());
        for (int i = 0; i < tokens.length && config.design().hasIds(); i++) {
            tokens[i] = i % 3;
        }
        return new MarFeatures(1, new long[] {0, 1, 2, 3}, new int[] {0, 1, 2, 4}, tokens);
    }

    @ParameterizedTest
    @MethodSource("systems")
    void fittingLowersTheLoss(Design design) {
        MarConfig config = config(design);
        MarLayer layer = new MarLayer(config, NoiseSchedule.COSINE, 1000, 7);
        ComputationGraph graph = new ComputationGraph(layer.graph(new Adam(1e-2, 0.9, 0.95, AdamW.EPSILON), 0.02, 3));
        graph.init();
        assertThat(graph.numParams()).isEqualTo(MarParameters.layout(config).size());
        MarLayerNetwork.of(graph).use(new CpuKernels(new Threads(1)));
        double before = graph.score(batch(config).toDataSet());
        for (int i = 0; i < 30; i++) {
            graph.fit(batch(config).toDataSet());
        }
        assertThat(graph.score(batch(config).toDataSet())).isLessThan(0.9 * before);
    }

    @ParameterizedTest
    @MethodSource("systems")
    void aSavedConfigurationIsOfTheSameSystem(Design design) {
        MarLayer layer = new MarLayer(config(design), NoiseSchedule.COSINE, 1000, 7);
        ComputationGraphConfiguration read =
                ComputationGraphConfiguration.fromJson(layer.graph().toJson());
        LayerVertex vertex =
                (LayerVertex) Objects.requireNonNull(read.getVertices().get(MarLayer.NAME));
        MarLayer same = (MarLayer) vertex.getLayerConf().getLayer();
        assertThat(same.config()).isEqualTo(config(design));
    }
}
