package io.github.marspark.model.diffusion;

import static io.github.marspark.model.fixtures.Closeness.assertWithin;
import static io.github.marspark.model.fixtures.Closeness.widen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.CentralDifference;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiffusionLossTest {
    private static final GaussianDiffusion DIFFUSION = GaussianDiffusion.of(
            NoiseSchedule.COSINE, Fixtures.config().path("diffusion_steps").intValue());
    private static final DiffusionLoss LOSS = new DiffusionLoss(DIFFUSION);
    private static final long SEED = 3;

    /** More roundings than lie on the way of a term, some of them of logarithms and differences of probabilities. */
    private static final int ROUNDINGS = 10_000;

    private static final Threads THREADS = new Threads(2);
    private static final Npz TRAIN = Fixtures.npz("train");
    private static final float[] CLEAN = repeated(TRAIN.floats("out.tokens"), TRAIN.floats("in.noise").length);
    private static final float[] NOISE = TRAIN.floats("in.noise");
    private static final int[] TIMESTEPS = TRAIN.ints("in.t");
    private static final float[] MASK = repeated(TRAIN.floats("out.mask"), TIMESTEPS.length);

    @Test
    void noisyTokensEqualTheReference() {
        int width = CLEAN.length / TIMESTEPS.length;
        assertWithin("x_t", widen(LOSS.diffuse(CLEAN, NOISE, TIMESTEPS)), TRAIN.doubles("out.x_t"), i -> {
            int t = TIMESTEPS[i / width];
            double signal = DIFFUSION.sqrtAlphaBar(t) * Math.abs(CLEAN[i]);
            return RoundingLimit.of(4) * (signal + DIFFUSION.sqrtOneMinusAlphaBar(t) * Math.abs(NOISE[i]));
        });
    }

    @Test
    void termsEqualTheReference() {
        assertTermsAreRecorded("out.", TRAIN.floats("out.model_out"));
        assertTermsAreRecorded("dropcase.", TRAIN.floats("dropcase.model_out"));
        assertTermsAreRecorded("zeroinit.", new float[2 * CLEAN.length]);
    }

    /** Compares those terms that were recorded of a case. */
    private static void assertTermsAreRecorded(String prefix, float[] output) {
        DiffusionTerms terms = LOSS.evaluate(CLEAN, NOISE, TIMESTEPS, MASK, output, THREADS);
        double total = IntStream.range(0, MASK.length).mapToDouble(n -> MASK[n]).sum();
        double[] shares = IntStream.range(0, MASK.length)
                .mapToDouble(n -> MASK[n] / total)
                .toArray();
        LossLimits limits = new LossLimits(RoundingLimit::of, DIFFUSION, CLEAN, NOISE, TIMESTEPS, shares, output);
        double[] ofRows = sum(limits.squaredErrors(), limits.bounds());
        double[] rows = sum(terms.squaredErrors(), terms.bounds());
        int compared = 0;
        compared += compare(prefix + "mse", terms.squaredErrors(), limits.squaredErrors());
        compared += compare(prefix + "vb", terms.bounds(), limits.bounds());
        compared += compare(prefix + "loss_per_token", rows, ofRows);
        compared += compare(prefix + "loss", new double[] {terms.loss()}, new double[] {limits.loss(terms.loss())});
        assertThat(compared).isGreaterThan(1);
    }

    private static int compare(String name, double[] actual, double[] limits) {
        if (!TRAIN.has(name)) {
            return 0;
        }
        double[] recorded = TRAIN.doubles(name);
        assertWithin(name, actual, recorded, i -> limits[i] + RoundingLimit.of(1) * Math.abs(recorded[i]));
        return 1;
    }

    private static double[] sum(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(n -> a[n] + b[n]).toArray();
    }

    @Test
    void leavingOutTheKnownTokensGivesTheSameLossAndGradient() {
        int width = CLEAN.length / TIMESTEPS.length;
        int[] masked = IntStream.range(0, MASK.length).filter(n -> MASK[n] == 1).toArray();
        float[] output = TRAIN.floats("out.model_out");
        DiffusionTerms all = LOSS.evaluate(CLEAN, NOISE, TIMESTEPS, MASK, output, THREADS);
        DiffusionTerms some = LOSS.evaluate(
                rows(CLEAN, masked, width),
                rows(NOISE, masked, width),
                Arrays.stream(masked).map(n -> TIMESTEPS[n]).toArray(),
                rows(output, masked, 2 * width),
                THREADS);
        double limit = RoundingLimit.of(TIMESTEPS.length, RoundingLimit.FLOAT64) * all.loss();
        assertThat(some.loss()).isCloseTo(all.loss(), within(limit));
        assertThat(some.gradientAsFloats()).isEqualTo(rows(all.gradientAsFloats(), masked, 2 * width));
    }

    @Test
    void theGradientEqualsFiniteDifferences() {
        Random random = new Random(SEED);
        int rows = 60;
        int width = 3;
        float[] clean = normal(random, rows * width);
        float[] noise = normal(random, rows * width);
        float[] weights = new float[rows];
        int[] timesteps = IntStream.range(0, rows)
                .map(row -> row < 20 ? 0 : random.nextInt(DIFFUSION.steps()))
                .toArray();
        for (int row = 0; row < rows; row++) {
            weights[row] = random.nextFloat();
        }
        double[] output = random.doubles(2L * rows * width, -1.2, 1.2).toArray();
        DiffusionTerms terms = LOSS.evaluate(clean, noise, timesteps, weights, output, THREADS);
        double total = IntStream.range(0, rows).mapToDouble(row -> weights[row]).sum();
        for (int i = 0; i < output.length; i++) {
            double share = weights[i / (2 * width)] / total;
            CentralDifference slope = slope(clean, noise, timesteps, weights, output, i);
            assertThat(terms.gradient()[i])
                    .as("element %d with seed %d", i, SEED)
                    .isCloseTo(share * slope.value(), within(share * slope.limit()));
        }
    }

    /** The derivative of a row's squared error by its noise prediction, of its bound by its variance. */
    private static CentralDifference slope(
            float[] clean, float[] noise, int[] timesteps, float[] weights, double[] output, int element) {
        int width = clean.length / timesteps.length;
        int row = element / (2 * width);
        DoubleUnaryOperator term = change -> {
            double[] moved = output.clone();
            moved[element] += change;
            DiffusionTerms terms = LOSS.evaluate(clean, noise, timesteps, weights, moved, THREADS);
            return element % (2 * width) < width ? terms.squaredErrors()[row] : terms.bounds()[row];
        };
        double magnitude = 1 + term.applyAsDouble(0);
        return CentralDifference.of(term, 1e-4, RoundingLimit.of(ROUNDINGS, RoundingLimit.FLOAT64) * magnitude);
    }

    @Test
    void anImpossibleFirstStepCostsTheLeastProbabilityAndTrainsNothing() {
        float[] clean = {0, -2, 2};
        float[] noise = {0, 0, 0};
        // The predicted clean value lies far from the true one, on the wrong side for the two open bins.
        DiffusionTerms wrong =
                LOSS.evaluate(clean, noise, new int[] {0}, new float[] {500, -500, 500, -1, -1, -1}, THREADS);
        assertThat(wrong.bounds()[0]).isCloseTo(Math.log(1e12) / Math.log(2), within(1e-9));
        assertThat(Arrays.copyOfRange(wrong.gradient(), 3, 6)).containsOnly(0);
        // On the right side the open bins are certain.
        DiffusionTerms open =
                LOSS.evaluate(clean, noise, new int[] {0}, new float[] {500, 500, -500, -1, -1, -1}, THREADS);
        assertThat(open.bounds()[0]).isCloseTo(Math.log(1e12) / Math.log(2) / 3, within(1e-9));
    }

    @Test
    void anExactPredictionOfTheNoiseHasNoErrorAndTheLeastBound() {
        int[] timesteps = {1, 10, 500, 999};
        float[] noise = {0.3f, -1, 2, 0.1f};
        float[] output = {0.3f, -1, -1, -1, 2, -1, 0.1f, -1};
        DiffusionTerms terms = LOSS.evaluate(new float[4], noise, timesteps, output, THREADS);
        assertThat(terms.loss()).isCloseTo(0, within(1e-12));
    }

    @Test
    void refusesShapesThatDoNotFit() {
        float[] four = new float[4];
        int[] two = {0, 0};
        assertThatThrownBy(() -> LOSS.diffuse(new float[3], four, two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("clean has 3 values, must be a positive multiple of the 2 rows");
        assertThatThrownBy(() -> LOSS.diffuse(four, new float[2], two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("noise has 2 values, must have 4: clean's length");
        assertThatThrownBy(() -> LOSS.diffuse(four, four, new int[] {0, 1000}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("time step is 1000, must be in 0 … 999");
        assertThatThrownBy(() -> LOSS.diffuse(four, four, new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of rows is 0, must be at least 1");
        assertThatThrownBy(() -> LOSS.evaluate(four, four, two, four, THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("output has 4 values, must have 8: twice the width times the rows");
        assertThatThrownBy(() -> LOSS.evaluate(four, four, two, new float[2], new float[8], THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the weights sum to 0, at least one row must count");
        assertThatThrownBy(() -> LOSS.evaluate(four, four, two, new float[] {1, -1}, new float[8], THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight is -1.0, must be at least 0");
    }

    private static float[] repeated(float[] block, int length) {
        float[] result = new float[length];
        for (int i = 0; i < length; i++) {
            result[i] = block[i % block.length];
        }
        return result;
    }

    private static float[] rows(float[] values, int[] rows, int width) {
        float[] result = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, result, i * width, width);
        }
        return result;
    }

    private static float[] normal(Random random, int length) {
        float[] result = new float[length];
        for (int i = 0; i < length; i++) {
            result[i] = (float) random.nextGaussian();
        }
        return result;
    }
}
