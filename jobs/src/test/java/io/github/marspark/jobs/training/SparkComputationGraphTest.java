package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.dl4j.MarFeatures;
import io.github.marspark.model.dl4j.MarLayer;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.optimization.AdamW;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;

/** DL4J's own training on Spark takes the network like any other graph. */
class SparkComputationGraphTest {
    private static final int BATCH = 4;
    private static final int STEPS = 3;
    private static final int WORKERS = 2;
    private static final Transformer HALF = new Transformer(16, 1, 2, 4, 0.1, 0.1);
    private static final MarConfig CONFIG =
            new MarConfig(4, 3, 1, 5, HALF, HALF, 2, new Head(16, 1), 2, 0.1, new MaskRate(0.7));

    private static JavaSparkContext spark;

    @BeforeAll
    static void open() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[%d]".formatted(WORKERS))
                .setAppName("parameter averaging")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @AfterAll
    static void close() {
        spark.close();
    }

    private static ComputationGraphConfiguration configuration() {
        return new MarLayer(CONFIG, NoiseSchedule.COSINE, 1000, 7)
                .graph(new Adam(1e-2, 0.9, 0.95, AdamW.EPSILON), 0.02, 3);
    }

    private static ComputationGraph graph() {
        ComputationGraph graph = new ComputationGraph(configuration());
        graph.init();
        return graph;
    }

    private static MultiDataSet batch(long step) {
        float[] tokens = new float[BATCH * CONFIG.tokens() * CONFIG.tokenSize()];
        Random random = new Random(step);
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        return new MarFeatures(step, new long[] {0, 1, 2, 3}, new int[] {0, 1, 2, 4}, tokens).toDataSet();
    }

    private static INDArray average(List<MultiDataSet> batches, int stepsOfWorker) {
        ParameterAveragingTrainingMaster master = new ParameterAveragingTrainingMaster.Builder(WORKERS, BATCH)
                .batchSizePerWorker(BATCH)
                .averagingFrequency(stepsOfWorker)
                .saveUpdater(true)
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .build();
        SparkComputationGraph trained = new SparkComputationGraph(spark, configuration(), master);
        trained.fitMultiDataSet(spark.parallelize(batches, WORKERS));
        return trained.getNetwork().params();
    }

    @Test
    void workersThatSeeTheSameAverageToWhatOneMachineLearns() {
        ComputationGraph alone = graph();
        for (int step = 0; step < STEPS; step++) {
            alone.fit(batch(1));
        }
        INDArray averaged = average(Collections.nCopies(STEPS * WORKERS, batch(1)), STEPS);
        assertThat(averaged).isEqualTo(alone.params());
        assertThat(averaged).isNotEqualTo(graph().params());
    }

    @Test
    void anAverageIsTheMeanOfWhatEachWorkerLearns() {
        INDArray mean = graph().params().mul(0);
        for (long step : new long[] {1, 2}) {
            ComputationGraph alone = graph();
            alone.fit(batch(step));
            mean.addi(alone.params().div(WORKERS));
        }
        assertThat(average(List.of(batch(1), batch(2)), 1).equalsWithEps(mean, 1e-6))
                .isTrue();
    }
}
