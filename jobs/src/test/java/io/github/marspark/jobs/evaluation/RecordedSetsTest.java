package io.github.marspark.jobs.evaluation;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.evaluation.FrechetDistance;
import io.github.marspark.model.evaluation.InceptionScore;
import io.github.marspark.model.evaluation.MomentTree;
import io.github.marspark.model.evaluation.PrecisionRecall;
import io.github.marspark.model.evaluation.Spread;
import io.github.marspark.model.fixtures.FidFixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics over Spark of recorded features against the recorded values of the reference, in any number of tasks. */
class RecordedSetsTest {
    private static final Npz FIXTURE = FidFixtures.npz("metrics");

    /** What features that were rounded to float32 are known by. */
    private static final double ROUNDED = 1e-6;

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private static FeatureSet set(String features, String logits, int tasks) {
        float[] rows = floats(FIXTURE.doubles(features));
        int count = FIXTURE.shape(features)[0];
        float[] classes = logits.isEmpty() ? new float[count] : floats(FIXTURE.doubles(logits));
        List<FeatureBlock> blocks = new ArrayList<>();
        for (int first = 0; first < count; first += MomentTree.BLOCK) {
            int end = Math.min(count, first + MomentTree.BLOCK);
            blocks.add(new FeatureBlock(
                    first,
                    IntStream.range(first, end).toArray(),
                    new int[end - first],
                    part(rows, first, end, count),
                    part(classes, first, end, count),
                    new byte[FeatureBlock.DIGEST * (end - first)],
                    List.of()));
        }
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(SPARK.session().sparkContext());
        return FeatureSet.of(features, count, context.parallelize(blocks, tasks), 0);
    }

    private static float[] part(float[] table, int first, int end, int count) {
        int width = table.length / count;
        return Arrays.copyOfRange(table, first * width, end * width);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static FeatureStatistics statistics(FeatureSet set) {
        return SetStatistics.of(set, SetStatistics.Part.ALL).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void momentsAndDistance(int tasks) {
        FeatureStatistics one = statistics(set("features_1", "", tasks));
        FeatureStatistics other = statistics(set("features_2", "", tasks));
        assertClose("mu_1", one.mean(), FIXTURE.doubles("mu_1"), ROUNDED);
        assertClose("sigma_2", other.covariance(), FIXTURE.doubles("sigma_2"), ROUNDED);
        double expected = FIXTURE.scalar("fid");
        assertThat(FrechetDistance.between(one, other, Threads.all()).value())
                .isCloseTo(expected, Offset.offset(ROUNDED * (1 + Math.abs(expected))));
        assertThat(one.covariance())
                .isEqualTo(statistics(set("features_1", "", 3)).covariance());
    }

    @Test
    void precisionAndRecall() {
        PrecisionRecall shares = SetComparison.precisionRecall(set("features_1", "", 2), set("features_2", "", 2));
        assertThat(new int[] {shares.generatedInside(), shares.realInside()})
                .isEqualTo(FIXTURE.ints("prc.k" + PrecisionRecall.NEIGHBOURS + ".inside"));
    }

    @Test
    void inceptionScore() {
        Assumptions.assumeTrue(FIXTURE.integer("rng_seed") == InceptionScore.SEED);
        Assumptions.assumeTrue(FIXTURE.shape("is.per_split")[0] == InceptionScore.SPLITS);
        Spread score = SetComparison.score(set("logits", "logits", 2));
        assertClose(
                "is.mean_std", new double[] {score.mean(), score.deviation()}, FIXTURE.doubles("is.mean_std"), ROUNDED);
    }
}
