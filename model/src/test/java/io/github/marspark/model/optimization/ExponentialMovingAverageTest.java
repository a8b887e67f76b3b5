package io.github.marspark.model.optimization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.optimization.ExponentialMovingAverage.Schedule;
import org.junit.jupiter.api.Test;

class ExponentialMovingAverageTest {
    @Test
    void theFullRateHoldsFromTheFirstStep() {
        ExponentialMovingAverage average = new ExponentialMovingAverage(0.9999, Schedule.CONSTANT);
        assertThat(average.at(0)).isEqualTo(0.9999);
        assertThat(average.at(1_000_000)).isEqualTo(0.9999);
    }

    @Test
    void theWarmUpGrowsToTheRate() {
        ExponentialMovingAverage average = new ExponentialMovingAverage(0.9999, Schedule.WARMUP);
        assertThat(average.at(0)).isEqualTo(0.1);
        assertThat(average.at(90)).isEqualTo(0.91);
        assertThat(average.at(1_000_000)).isEqualTo(0.9999);
    }

    @Test
    void refusesWhatIsNoRate() {
        assertThatThrownBy(() -> new ExponentialMovingAverage(1.1, Schedule.CONSTANT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rate of the moving average is 1.1, must be in [0, 1]");
    }
}
