package io.github.marspark.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.fixtures.Npz;
import org.junit.jupiter.api.Test;

class CategoricalTest {
    @Test
    void idsAreTheRecordedOnes() {
        Npz recorded = ArFixtures.npz("misc");
        float[] uniforms = recorded.floats("categorical.uniform");
        int[] ids = recorded.ints("categorical.id");
        for (int i = 0; i < ids.length; i++) {
            Categorical distribution =
                    Categorical.of(recorded.doubles("categorical.logits").clone(), 1);
            assertThat(distribution.draw(uniforms[i])).isEqualTo(ids[i]);
        }
    }

    @Test
    void anIdOfProbabilityZeroIsNeverDrawn() {
        Categorical distribution =
                Categorical.of(new double[] {Double.NEGATIVE_INFINITY, 0, Double.NEGATIVE_INFINITY, 0, -1e4}, 1);
        assertThat(distribution.draw(0)).isEqualTo(1);
        assertThat(distribution.draw(0.5)).isEqualTo(3);
        assertThat(distribution.draw(Math.nextDown(1.0))).isEqualTo(3);
    }

    @Test
    void temperatureZeroIsTheLargestLogitAndTheLowestOfSeveral() {
        Categorical distribution = Categorical.of(new double[] {1, 3, 3, 2}, 0);
        assertThat(distribution.draw(0.9)).isEqualTo(1);
        assertThat(distribution.of(1)).isEqualTo(1);
    }

    @Test
    void aLowTemperatureOverflowsNothing() {
        Categorical distribution = Categorical.of(new double[] {1000, 999, -1000}, 1e-3);
        assertThat(distribution.of(0)).isCloseTo(1, within(1e-12));
        assertThat(distribution.draw(0.999)).isZero();
    }
}
