package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class ValidationLossTest {
    private static final MarConfig CONFIG = Reference.config();
    private static final int SIZE = CONFIG.tokens() * CONFIG.tokenSize();
    private static final int STEPS = 1000;

    /** Float32 products of a few rows more or less, summed in another order. */
    private static final double ROUNDING = 1e-4;

    private final Kernels kernels = new CpuKernels(new Threads(1));
    private final MarObjective objective = new MarObjective(
            new MarNetwork(CONFIG, Reference.parameters(DataType.FLOAT, kernels)::get), Reference.loss());
    private final long[] samples = {3, 1, 4};
    private final int[] labels = {0, 1, 2};
    private final float[] tokens = new Draws(9).noise(0, 0, 3 * SIZE);

    private ValidationLoss loss(MarConfig config, long seed) {
        return new ValidationLoss(config, objective, STEPS, new Draws(seed));
    }

    @Test
    void aSampleHasItsLossInAnyBatchAndAtAnyTime() {
        double[] together = loss(CONFIG, 5).of(kernels, samples, labels, tokens);
        assertThat(loss(CONFIG, 5).of(kernels, samples, labels, tokens)).isEqualTo(together);
        double[] alone = loss(CONFIG, 5)
                .of(kernels, new long[] {4}, new int[] {2}, Arrays.copyOfRange(tokens, 2 * SIZE, 3 * SIZE));
        assertThat(alone[0]).isCloseTo(together[2], Offset.offset(ROUNDING * together[2]));
        double[] otherwise = loss(CONFIG, 6).of(kernels, samples, labels, tokens);
        assertThat(otherwise[0]).isNotEqualTo(together[0]);
    }

    @Test
    void theMeanOfTheSamplesIsThatOfTheObjectiveAtTheRatesOfThePasses() {
        double expected = 0;
        for (int pass = 0; pass < ValidationLoss.PASSES; pass++) {
            double rate = CONFIG.maskRate().quantile((pass + 0.5) / ValidationLoss.PASSES);
            int masked = Masking.count(CONFIG.tokens(), rate);
            MarBatch batch = MarBatch.draw(
                    withLabelDrop(0), new Draws(5), STEPS, pass, samples, labels, tokens, masked, kernels.threads());
            expected += objective.evaluate(kernels, batch, DropoutKeys.NONE).loss() / ValidationLoss.PASSES;
        }
        double[] losses = loss(CONFIG, 5).of(kernels, samples, labels, tokens);
        assertThat(DoubleStream.of(losses).average().orElseThrow())
                .isCloseTo(expected, Offset.offset(1e-12 * expected));
    }

    @Test
    void noLabelIsDropped() {
        double[] usual = loss(withLabelDrop(0), 5).of(kernels, samples, labels, tokens);
        assertThat(loss(withLabelDrop(0.999), 5).of(kernels, samples, labels, tokens))
                .isEqualTo(usual);
        double[] without = loss(CONFIG, 5).of(kernels, samples, new int[] {-1, -1, -1}, tokens);
        assertThat(without[0]).isNotEqualTo(usual[0]);
    }

    private static MarConfig withLabelDrop(double rate) {
        return new MarConfig(
                CONFIG.latentSize(),
                CONFIG.latentChannels(),
                CONFIG.patch(),
                CONFIG.classes(),
                CONFIG.encoder(),
                CONFIG.decoder(),
                CONFIG.buffer(),
                CONFIG.head(),
                CONFIG.timestepsPerToken(),
                rate,
                CONFIG.maskRate());
    }
}
