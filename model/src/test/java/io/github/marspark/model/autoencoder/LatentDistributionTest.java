package io.github.marspark.model.autoencoder;

import static io.github.marspark.model.fixtures.Closeness.assertWithin;
import static io.github.marspark.model.fixtures.Closeness.widen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.CentralDifference;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LatentDistributionTest {
    private static final Npz FIXTURE = Fixtures.npz("vae_mini");
    /** More than what a loss of a few values adds up. */
    private static final double MAGNITUDE = 20;

    private final Random random = new Random(3);

    private float[] random(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void samplesAndDivergencesAreTheRecordedOnes() {
        float[] moments = FIXTURE.floats("out.moments");
        int run = moments.length / FIXTURE.shape("out.moments")[0];
        LatentDistribution distribution = new LatentDistribution(run / 2);
        float[] latents = distribution.sample(moments, FIXTURE.floats("in.eps"));
        float[] noise = FIXTURE.floats("in.eps");
        assertWithin("z", widen(latents), FIXTURE.doubles("out.z"), i -> {
            int mean = i / (run / 2) * run + i % (run / 2);
            double logVariance = moments[mean + run / 2];
            double moved = Math.exp(logVariance / 2) * Math.abs(noise[i]);
            return RoundingLimit.of(6) * (Math.abs(moments[mean]) + moved * (1 + Math.abs(logVariance)));
        });
        double[] recorded = FIXTURE.doubles("out.kl");
        for (int i = 0; i < recorded.length; i++) {
            float[] ofOne = Arrays.copyOfRange(moments, i * run, (i + 1) * run);
            double limit = RoundingLimit.of(run + 6) * magnitude(ofOne);
            assertThat(distribution.divergence(ofOne)).isCloseTo(recorded[i], Offset.offset(limit));
        }
    }

    /** What a divergence adds up and subtracts. */
    private static double magnitude(float[] moments) {
        double sum = 0;
        for (int i = 0; i < moments.length / 2; i++) {
            double logVariance = moments[i + moments.length / 2];
            double size = 1 + Math.abs(logVariance);
            sum += (double) moments[i] * moments[i] + Math.exp(logVariance) * size + size;
        }
        return sum / 2;
    }

    @Test
    void withoutNoiseASampleIsTheMean() {
        LatentDistribution distribution = new LatentDistribution(3);
        float[] moments = random(12);
        assertThat(distribution.sample(moments, new float[6])).isEqualTo(distribution.means(moments));
        assertThat(distribution.means(moments))
                .containsExactly(moments[0], moments[1], moments[2], moments[6], moments[7], moments[8]);
    }

    @Test
    void logarithmsOfVariancesAreClamped() {
        LatentDistribution distribution = new LatentDistribution(1);
        assertThat(distribution.sample(new float[] {0, 1000, 0, -1000}, new float[] {1, 1}))
                .containsExactly((float) Math.exp(10), (float) Math.exp(-15));
    }

    /** 3 (1 + 2^-24) lies three quarters of the way from 3 to the next float32; 1 + 2^-24 by itself would round to 1. */
    @Test
    void aScaledSampleIsRoundedOnce() {
        float[] latents = new LatentDistribution(1).sample(new float[] {1, 0}, new float[] {0x1p-24f}, 3);
        assertThat(latents).containsExactly(Math.nextUp(3f));
    }

    @Test
    void theGradientIsThatOfSampleAndDivergence() {
        LatentDistribution distribution = new LatentDistribution(2);
        float[] moments = random(8);
        float[] noise = random(4);
        float[] gradient = random(4);
        float[] computed = distribution.backward(moments, noise, gradient, 0.3);
        for (int i = 0; i < moments.length; i++) {
            int element = i;
            CentralDifference slope = CentralDifference.of(
                    change -> loss(distribution, moments, element, (float) change, noise, gradient),
                    0x1p-6,
                    RoundingLimit.of(4) * MAGNITUDE);
            assertThat((double) computed[i]).as("element %d", i).isCloseTo(slope.value(), Offset.offset(slope.limit()));
        }
    }

    private static double loss(
            LatentDistribution distribution, float[] moments, int i, float step, float[] noise, float[] gradient) {
        float[] moved = moments.clone();
        moved[i] += step;
        float[] latents = distribution.sample(moved, noise);
        double sum = 0.3 * distribution.divergence(moved);
        for (int k = 0; k < latents.length; k++) {
            sum += (double) latents[k] * gradient[k];
        }
        return sum;
    }

    @Test
    void aClampedVarianceHasNoGradient() {
        float[] gradient =
                new LatentDistribution(1).backward(new float[] {2, -40}, new float[] {1}, new float[] {3}, 0.5);
        assertThat(gradient).containsExactly(4, 0);
    }

    @Test
    void withoutSpreadALatentIsItsMean() {
        LatentDistribution distribution = new LatentDistribution(2, LatentDistribution.Spread.NONE);
        float[] moments = {1, -2, 3, 4};
        assertThat(distribution.sample(moments, new float[] {9, 9, 9, 9}, 3)).containsExactly(3, -6, 9, 12);
        assertThat(distribution.means(moments)).isEqualTo(moments);
        assertThat(distribution.sum(moments)).isEqualTo(6);
        assertThat(distribution.sumOfSquares(moments)).isEqualTo(30);
        assertThatThrownBy(() -> distribution.divergence(moments))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the latents have no spread, so that there is no distribution of them");
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new LatentDistribution(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values is 0, must be at least 1");
        assertThatThrownBy(() -> new LatentDistribution(3).means(new float[7]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("moments has 7 values, must have a multiple of 6");
        assertThatThrownBy(() -> new LatentDistribution(3).sample(new float[6], new float[6]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("noise has 6 values, must have one for each of the 3 latents");
    }
}
