package io.github.marspark.model.optimization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GradientClippingTest {
    @Test
    void theNormOfAllGradientsEqualsTheReference() {
        Npz gradients = Fixtures.npz("grads");
        double[] parts = gradients.names().stream()
                .map(gradients::floats)
                .mapToDouble(part -> GradientClipping.sumOfSquares(FloatBuffer.wrap(part), 0, part.length))
                .toArray();
        double recorded = Fixtures.npz("adamw").doubles("plain.grad_norm")[0];
        int largest = gradients.names().stream()
                .mapToInt(name -> gradients.array(name).size())
                .max()
                .orElseThrow();
        // the reference sums squares in float32, array by array
        assertThat(GradientClipping.norm(parts)).isCloseTo(recorded, within(RoundingLimit.usual(largest) * recorded));
    }

    @Test
    void partsOfAnyLengthAddUpToTheWhole() {
        Random random = new Random(4);
        float[] gradient = new float[10_001];
        double expected = 0;
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) random.nextGaussian();
            expected += (double) gradient[i] * gradient[i];
        }
        FloatBuffer buffer = FloatBuffer.wrap(gradient);
        double whole = GradientClipping.sumOfSquares(buffer, 0, gradient.length);
        double front = GradientClipping.sumOfSquares(buffer, 0, 4099);
        double back = GradientClipping.sumOfSquares(buffer, 4099, gradient.length - 4099);
        double limit = RoundingLimit.of(gradient.length, RoundingLimit.FLOAT64) * expected;
        assertThat(whole).isCloseTo(expected, within(limit));
        assertThat(front + back).isCloseTo(expected, within(limit));
        assertThat(GradientClipping.norm(front, back)).isCloseTo(Math.sqrt(expected), within(limit));
    }

    @Test
    void onlyLongGradientsAreShortened() {
        GradientClipping clipping = new GradientClipping(3);
        assertThat(clipping.coefficient(2)).isEqualTo(1);
        assertThat(clipping.coefficient(30)).isCloseTo(0.1, within(1e-7)).isLessThan(0.1);
        assertThat(new GradientClipping(Double.POSITIVE_INFINITY).coefficient(1e30))
                .isEqualTo(1);
    }

    @Test
    void refusesAMaximumThatIsNotPositiveAndANormThatIsNotFinite() {
        assertThatThrownBy(() -> new GradientClipping(3).coefficient(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gradient norm is NaN, must be finite");
        assertThatThrownBy(() -> new GradientClipping(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maximum gradient norm is 0.0, must be positive, or infinite for no clipping");
    }
}
