package io.github.marspark.model.optimization;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.optimization.LearningRate.Constant;
import io.github.marspark.model.optimization.LearningRate.Cosine;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The recorded schedules have ten epochs of five steps, with three and two epochs of warm-up. */
class LearningRateTest {
    private static final double PEAK = 8e-4;

    @Test
    void constantEqualsTheReference() {
        assertSchedule("lr.constant", new Constant(PEAK, 15));
    }

    @Test
    void cosineEqualsTheReference() {
        assertSchedule("lr.cosine", new Cosine(PEAK, 1e-5, 10, 50));
    }

    private static void assertSchedule(String name, LearningRate schedule) {
        double[] recorded = Fixtures.npz("misc").doubles(name);
        double[] rates =
                IntStream.range(0, recorded.length).mapToDouble(schedule::at).toArray();
        assertClose(name, rates, recorded, 1e-6);
    }

    @Test
    void theFirstStepHasRateZeroAndTheWarmUpEndsAtThePeak() {
        assertThat(new Constant(PEAK, 100).at(0)).isEqualTo(0);
        assertThat(new Constant(PEAK, 100).at(100)).isEqualTo(PEAK);
        assertThat(new Constant(PEAK, 0).at(0)).isEqualTo(PEAK);
        assertThat(new Cosine(PEAK, 0, 100, 200).at(0)).isEqualTo(0);
        assertThat(new Cosine(PEAK, 0, 100, 200).at(100)).isEqualTo(PEAK);
    }

    @Test
    void cosineStaysAtItsMinimumAfterTheLastStep() {
        Cosine cosine = new Cosine(PEAK, 1e-5, 10, 50);
        assertThat(cosine.at(50)).isCloseTo(1e-5, within(1e-18));
        assertThat(cosine.at(5000)).isCloseTo(1e-5, within(1e-18));
    }

    @Test
    void schedulesMakeTheRatesOfTheirNames() {
        assertThat(LearningRateSchedule.CONSTANT.of(PEAK, 10, 50)).isEqualTo(new Constant(PEAK, 10));
        assertThat(LearningRateSchedule.COSINE.of(PEAK, 10, 50)).isEqualTo(new Cosine(PEAK, 0, 10, 50));
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> new Constant(-1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("peak learning rate is -1.0, must be at least 0.0");
        assertThatThrownBy(() -> new Constant(1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("warm-up steps is -1, must be at least 0");
        assertThatThrownBy(() -> new Cosine(1, 2, 0, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("peak learning rate is 1.0, must be at least 2.0");
        assertThatThrownBy(() -> new Cosine(1, 0, 10, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("total steps is 10, must be at least 11");
    }
}
