package io.github.marspark.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.CentralDifference;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.tensor.Threads;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CrossEntropyLossTest {
    private static final Threads THREADS = new Threads(2);
    private static final int ROUNDINGS = 100;

    @Test
    void theGradientIsThatOfTheLoss() {
        Random random = new Random(1);
        for (int id = 0; id < 5; id++) {
            int target = id;
            double[] logits = random.doubles(5, -3, 3).toArray();
            double[] gradient = logits.clone();
            CrossEntropyLoss.differentiate(gradient, target, 1);
            for (int k = 0; k < logits.length; k++) {
                int moved = k;
                CentralDifference slope = CentralDifference.of(
                        change -> {
                            double[] changed = logits.clone();
                            changed[moved] += change;
                            return CrossEntropyLoss.differentiate(changed, target, 1);
                        },
                        1e-4,
                        RoundingLimit.of(ROUNDINGS, RoundingLimit.FLOAT64) * 10);
                assertThat(gradient[k]).isCloseTo(slope.value(), within(slope.limit()));
            }
        }
    }

    @Test
    void rowsCountAlike() {
        LossTerms terms = CrossEntropyLoss.evaluate(new int[] {0, 1}, new float[] {0, 0, 3, 3}, THREADS);
        double limit = RoundingLimit.of(ROUNDINGS, RoundingLimit.FLOAT64) * 3;
        assertThat(terms.ofRows()).containsExactly(new double[] {Math.log(2), Math.log(2)}, within(limit));
        assertThat(terms.loss()).isCloseTo(Math.log(2), within(limit));
        assertThat(terms.gradientAsFloats()).containsExactly(-0.25f, 0.25f, 0.25f, -0.25f);
    }

    @Test
    void largeLogitsOverflowNothing() {
        LossTerms terms = CrossEntropyLoss.evaluate(new int[] {1}, new float[] {1e4f, -1e4f}, THREADS);
        assertThat(terms.loss()).isEqualTo(2e4);
        assertThat(terms.gradientAsFloats()).containsExactly(1, -1);
    }

    @Test
    void idsThatAreNoCodesAreRefused() {
        assertThatThrownBy(() -> CrossEntropyLoss.evaluate(new int[] {2}, new float[2], THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id is 2, must be in 0 … 1");
        assertThatThrownBy(() -> CrossEntropyLoss.evaluate(new int[] {0, 0}, new float[3], THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("logits has 3 values, must be a multiple of the 2 ids");
    }
}
