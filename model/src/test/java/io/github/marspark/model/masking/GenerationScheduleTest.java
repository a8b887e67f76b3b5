package io.github.marspark.model.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.random.Draws;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationScheduleTest {
    private static final Pattern RECORDED = Pattern.compile("schedule\\.L(\\d+)\\.n(\\d+)");

    @ParameterizedTest
    @MethodSource("recordedSchedules")
    void tokensAnIterationEqualTheReference(String name) {
        Matcher sizes = RECORDED.matcher(name);
        assertThat(sizes.matches()).isTrue();
        GenerationSchedule schedule =
                new GenerationSchedule(Integer.parseInt(sizes.group(1)), Integer.parseInt(sizes.group(2)));
        assertThat(predicted(schedule)).isEqualTo(Fixtures.npz("misc").ints(name));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void masksAndGuidanceOfAGenerationEqualTheReference(String name) {
        Npz recorded = Fixtures.npz(name);
        int tokens = recorded.shape("in.orders")[1];
        int[] order = Arrays.copyOf(recorded.ints("in.orders"), tokens);
        GenerationSchedule schedule = new GenerationSchedule(tokens, recorded.integer("in.num_iter"));
        GuidanceSchedule guidance =
                recorded.integer("in.cfg_schedule_linear") == 1 ? GuidanceSchedule.LINEAR : GuidanceSchedule.CONSTANT;
        for (int s = 0; s < schedule.iterations(); s++) {
            float[] mask = Masking.of(new int[][] {order}, schedule.masked(s)).mask();
            assertThat(mask).isEqualTo(Arrays.copyOf(recorded.floats("iter" + s + ".mask_in"), tokens));
            double scale = schedule.guidance(guidance, recorded.scalar("in.cfg"), s);
            assertThat((float) scale).isEqualTo(recorded.floats("iter" + s + ".cfg_iter")[0]);
        }
    }

    @Test
    void everyIterationPredictsAndEveryPositionIsPredictedOnce() {
        Draws draws = new Draws(3);
        for (int tokens = 1; tokens <= 70; tokens++) {
            int[] order = draws.generationOrder(tokens, tokens);
            for (int iterations = 1; iterations <= tokens; iterations++) {
                GenerationSchedule schedule = new GenerationSchedule(tokens, iterations);
                assertThat(Arrays.stream(predicted(schedule))).allMatch(count -> count > 0);
                assertThat(IntStream.range(0, iterations)
                                .flatMap(s -> Arrays.stream(schedule.positions(order, s)))
                                .sorted()
                                .toArray())
                        .isEqualTo(IntStream.range(0, tokens).toArray());
            }
        }
    }

    @Test
    void whereTokensAreKeptTheCosineRunsOverTheOthers() {
        int[] order = IntStream.range(0, 16).toArray();
        for (int hidden = 1; hidden <= 16; hidden++) {
            for (int iterations = 1; iterations <= hidden; iterations++) {
                GenerationSchedule schedule = new GenerationSchedule(16, hidden, iterations);
                assertThat(predicted(schedule)).isEqualTo(predicted(new GenerationSchedule(hidden, iterations)));
                assertThat(IntStream.range(0, iterations)
                                .flatMap(s -> Arrays.stream(schedule.positions(order, s)))
                                .sorted()
                                .toArray())
                        .as("the first of the order")
                        .isEqualTo(IntStream.range(0, hidden).toArray());
            }
        }
    }

    /** As in a whole generation that has come as far. */
    @Test
    void guidanceGrowsWithTheShareOfTokensThatAreKnown() {
        GenerationSchedule schedule = new GenerationSchedule(16, 4, 1);
        assertThat(schedule.guidance(GuidanceSchedule.LINEAR, 3, 0)).isEqualTo(1 + 2.0 * (16 - 1) / 16);
        assertThat(new GenerationSchedule(16, 8, 2).guidance(GuidanceSchedule.LINEAR, 3, 0))
                .as("5 of 8 stay hidden")
                .isEqualTo(1 + 2.0 * (16 - 5) / 16);
    }

    @Test
    void asManyIterationsAsTokensPredictOneAtATimeFromTheEndOfTheOrder() {
        int[] order = {2, 0, 3, 1};
        GenerationSchedule schedule = new GenerationSchedule(4, 4);
        assertThat(IntStream.range(0, 4).map(s -> schedule.positions(order, s)[0]))
                .containsExactly(1, 3, 0, 2);
    }

    @ParameterizedTest
    @CsvSource({"17, 16", "300, 256"})
    void refusesMoreIterationsThanTokens(int iterations, int tokens) {
        assertThatThrownBy(() -> new GenerationSchedule(tokens, iterations))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "iterations is %d, must be at most the %d tokens: an iteration would have nothing to predict"
                                .formatted(iterations, tokens));
    }

    @Test
    void refusesNoIterationsAndOrdersOfAnotherLength() {
        assertThatThrownBy(() -> new GenerationSchedule(16, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("iterations is 0, must be at least 1");
        assertThatThrownBy(() -> new GenerationSchedule(16, 4).positions(new int[9], 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("order has 9 positions, must have 16");
        assertThatThrownBy(() -> new GenerationSchedule(16, 17, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hidden is 17, must be in 1 … 16");
    }

    private static int[] predicted(GenerationSchedule schedule) {
        return IntStream.range(0, schedule.iterations())
                .map(schedule::predicted)
                .toArray();
    }

    private static Stream<String> recordedSchedules() {
        return Fixtures.npz("misc").names().stream()
                .filter(name -> RECORDED.matcher(name).matches());
    }

    private static Stream<String> samples() {
        return Fixtures.samples().stream();
    }
}
