package io.github.marspark.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseScheduleTest {
    @Test
    void linearRunsFromItsFirstToItsLastValue() {
        double[] betas = NoiseSchedule.LINEAR.betas(1000);
        assertThat(betas[0]).isCloseTo(1e-4, within(1e-18));
        assertThat(betas[999]).isCloseTo(0.02, within(1e-16));
        assertThat(betas[500] - betas[499]).isCloseTo((0.02 - 1e-4) / 999, within(1e-16));
    }

    @ParameterizedTest
    @EnumSource(NoiseSchedule.class)
    void everyStepAddsSomeNoiseAndKeepsSomeSignal(NoiseSchedule schedule) {
        for (int timesteps : new int[] {2, 10, 50, 1000, 4000}) {
            assertThat(schedule.betas(timesteps)).hasSize(timesteps);
            for (double beta : schedule.betas(timesteps)) {
                assertThat(beta).isGreaterThan(0).isLessThanOrEqualTo(0.999);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(NoiseSchedule.class)
    void refusesASingleStep(NoiseSchedule schedule) {
        assertThatThrownBy(() -> schedule.betas(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("timesteps is 1, must be at least 2");
    }
}
