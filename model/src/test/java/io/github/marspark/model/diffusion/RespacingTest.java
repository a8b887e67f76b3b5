package io.github.marspark.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespacingTest {
    @Test
    void sectionsAreSpacedEachOnItsOwn() {
        assertThat(new Respacing("2,3").timesteps(10)).containsExactly(0, 4, 5, 7, 9);
        assertThat(new Respacing("1, 1, 1").timesteps(10)).containsExactly(0, 4, 7);
        assertThat(new Respacing("10").timesteps(10)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void halvesAreRoundedToEven() {
        assertThat(new Respacing("3").timesteps(6)).containsExactly(0, 2, 5);
        assertThat(new Respacing("3").timesteps(8)).containsExactly(0, 4, 7);
    }

    @Test
    void aStrideLeavesOutTheLastStep() {
        assertThat(new Respacing("ddim50").timesteps(1000))
                .hasSize(50)
                .startsWith(0, 20)
                .endsWith(960, 980);
    }

    @Test
    void anyCountGivesThatManyAscendingStepsWithBothEnds() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int timesteps = 2 + random.nextInt(1500);
            int count = 2 + random.nextInt(timesteps - 1);
            int[] steps = new Respacing(Integer.toString(count)).timesteps(timesteps);
            assertThat(Arrays.stream(steps).distinct().sorted().toArray())
                    .hasSize(count)
                    .containsExactly(steps);
            assertThat(steps).startsWith(0).endsWith(timesteps - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ddim", "ten", "10,", "-5", "10;20", "ddim5,5", "1.5", "9999999999"})
    void refusesTextOfAnotherForm(String text) {
        assertThatThrownBy(() -> new Respacing(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sampling steps are \"" + text + "\", must be a number like \"100\", sections like"
                        + " \"10,20,30\" or a stride like \"ddim25\"");
    }

    @Test
    void refusesWhatDoesNotFitTheTimeSteps() {
        assertThatThrownBy(() -> new Respacing("ddim600").timesteps(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sampling steps are \"ddim600\", but no whole stride takes exactly 600 of 1000 time steps");
        assertThatThrownBy(() -> new Respacing("1001").timesteps(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sampling steps are \"1001\", but a section of 1000 time steps cannot give 1001 of them");
        assertThatThrownBy(() -> new Respacing("10,0").timesteps(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sampling steps are \"10,0\", but a section of 500 time steps cannot give 0 of them");
    }
}
