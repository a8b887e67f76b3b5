package io.github.marspark.model.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.masking.MaskRate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrawsTest {
    private static final Draws DRAWS = new Draws(1);

    @Test
    void theDrawForASampleDoesNotDependOnBatchOrderOrThread() {
        float[][] alone = new float[64][];
        for (int sample = 63; sample >= 0; sample--) {
            alone[sample] = DRAWS.noise(7, sample, 33);
        }
        IntStream.range(0, 64).parallel().forEach(sample -> {
            assertThat(new Draws(1).noise(7, sample, 33)).containsExactly(alone[sample]);
            assertThat(DRAWS.order(7, sample, 16)).containsExactly(new Draws(1).order(7, sample, 16));
        });
    }

    @Test
    void moreRowsBeginWithTheFewer() {
        assertThat(Arrays.copyOf(DRAWS.noise(3, 5, 41), 12)).containsExactly(DRAWS.noise(3, 5, 12));
        assertThat(Arrays.copyOf(DRAWS.timesteps(3, 5, 1000, 41), 12)).containsExactly(DRAWS.timesteps(3, 5, 1000, 12));
    }

    @Test
    void seedPurposeStepSampleAndPartEachChangeTheStream() {
        Set<Long> seen = new HashSet<>();
        for (Purpose purpose : Purpose.values()) {
            for (int i = 0; i < 50; i++) {
                seen.add(begin(DRAWS.stream(purpose, i, 0, 0)));
                seen.add(begin(DRAWS.stream(purpose, 0, i + 1, 0)));
                seen.add(begin(DRAWS.stream(purpose, 0, 0, i + 1)));
                seen.add(begin(new Draws(2 + i).stream(purpose, 0, 0, 0)));
                seen.add(begin(new Draws((1L + i) << 32).stream(purpose, 0, 0, 0)));
            }
        }
        assertThat(seen).hasSize(Purpose.values().length * 250);
    }

    @ParameterizedTest
    @EnumSource(Purpose.class)
    void theEndsOfTheRangesAreDistinctStreams(Purpose purpose) {
        long last = (1L << 32) - 1;
        Set<Long> seen = new HashSet<>();
        for (long step : new long[] {0, last}) {
            for (long sample : new long[] {0, last}) {
                seen.add(begin(DRAWS.stream(purpose, step, sample, 0)));
                seen.add(begin(DRAWS.stream(purpose, step, sample, (1 << 24) - 1)));
            }
        }
        assertThat(seen).hasSize(8);
    }

    @Test
    void ordersArePermutationsAndUniform() {
        int[][] counts = new int[5][5];
        for (int sample = 0; sample < 20_000; sample++) {
            int[] order = DRAWS.order(0, sample, 5);
            assertThat(Arrays.stream(order).sorted()).containsExactly(0, 1, 2, 3, 4);
            for (int place = 0; place < 5; place++) {
                counts[place][order[place]]++;
            }
        }
        // Each count is binomial with mean 4000 and standard deviation 57.
        assertThat(Arrays.stream(counts).flatMapToInt(Arrays::stream)).allMatch(count -> Math.abs(count - 4000) < 280);
    }

    @Test
    void normalNumbersHaveTheMomentsAndTailsOfTheNormalDistribution() {
        int n = 1_000_000;
        float[] noise = DRAWS.noise(11, 0, n);
        double[] moments = new double[5];
        int beyondThree = 0;
        double neighbours = 0;
        for (int i = 0; i < n; i++) {
            for (int power = 1; power < 5; power++) {
                moments[power] += Math.pow(noise[i], power) / n;
            }
            beyondThree += Math.abs(noise[i]) > 3 ? 1 : 0;
            neighbours += noise[i] * (double) noise[(i + 1) % n] / n;
        }
        assertThat(moments[1]).isBetween(-0.005, 0.005);
        assertThat(moments[2]).isBetween(0.993, 1.007);
        assertThat(moments[3]).isBetween(-0.02, 0.02);
        assertThat(moments[4]).isBetween(2.95, 3.05);
        assertThat(beyondThree).isBetween(2700 - 260, 2700 + 260);
        assertThat(neighbours).isBetween(-0.005, 0.005);
    }

    @Test
    void anOddCountOfNormalNumbersFillsItsRangeAlone() {
        float[] values = {9, 9, 9, 9, 9};
        DRAWS.initialisation(0).normal(values, 1, 3);
        assertThat(values[0]).isEqualTo(9);
        assertThat(values[4]).isEqualTo(9);
        assertThat(Arrays.copyOfRange(values, 1, 4)).doesNotContain(9);
    }

    @Test
    void uniformNumbersFillTheirRange() {
        float[] values = new float[100_000];
        DRAWS.initialisation(3).uniform(values, 0, values.length, -0.25f, 0.5f);
        double mean = IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(0.122, 0.128);
        for (float value : values) {
            assertThat(value >= -0.25f && value <= 0.5f).isTrue();
        }
    }

    @Test
    void timeStepsCoverEveryValueEvenly() {
        int[] counts = new int[1000];
        for (int t : DRAWS.timesteps(2, 2, 1000, 1_000_000)) {
            counts[t]++;
        }
        // Each count has mean 1000 and standard deviation 32.
        assertThat(Arrays.stream(counts)).allMatch(count -> Math.abs(count - 1000) < 180);
    }

    @Test
    void maskRatesFollowTheTruncatedNormal() {
        MaskRate rates = new MaskRate(0.7);
        double[] drawn = LongStream.range(0, 20_000)
                .mapToDouble(step -> DRAWS.maskRate(step, rates))
                .toArray();
        assertThat(Arrays.stream(drawn)).allMatch(rate -> rate >= 0.7 && rate <= 1);
        assertThat(Arrays.stream(drawn).average().orElseThrow()).isBetween(0.865, 0.869);
    }

    @Test
    void labelsAreDroppedAndSamplesMirroredAsOftenAsAsked() {
        long dropped = LongStream.range(0, 50_000)
                .filter(sample -> DRAWS.dropsLabel(4, sample, 0.1))
                .count();
        long mirrored = LongStream.range(0, 50_000)
                .filter(sample -> DRAWS.mirrors(4, sample))
                .count();
        assertThat(dropped).isBetween(4700L, 5300L);
        assertThat(mirrored).isBetween(24_400L, 25_600L);
        assertThat(LongStream.range(0, 1000).anyMatch(sample -> DRAWS.dropsLabel(4, sample, 0)))
                .isFalse();
        assertThat(LongStream.range(0, 1000).allMatch(sample -> DRAWS.dropsLabel(4, sample, 1)))
                .isTrue();
    }

    @Test
    void samplingNoiseDiffersByIterationAndReverseStep() {
        Set<Float> seen = new HashSet<>();
        for (int iteration = 0; iteration < 8; iteration++) {
            seen.add(DRAWS.initialNoise(1, iteration, 1)[0]);
            for (int step = 0; step < 8; step++) {
                seen.add(DRAWS.stepNoise(1, iteration, step, 1)[0]);
            }
        }
        assertThat(seen).hasSize(72);
        assertThat(DRAWS.generationOrder(1, 16)).isNotEqualTo(DRAWS.order(0, 1, 16));
        assertThat(DRAWS.dropoutKey(1, 2, 3)).isNotEqualTo(DRAWS.dropoutKey(1, 2, 4));
        assertThat(DRAWS.posteriorNoise(1, 2, 4)).isNotEqualTo(DRAWS.noise(1, 2, 4));
        assertThat(DRAWS.shuffle(0, 0, 100)).isNotEqualTo(DRAWS.shuffle(1, 0, 100));
        assertThat(DRAWS.shuffle(0, 0, 100)).isNotEqualTo(DRAWS.shuffle(0, 1, 100));
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> DRAWS.order(-1, 0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("step is -1, must be in 0 … 4294967295");
        assertThatThrownBy(() -> DRAWS.order(0, 1L << 32, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sample is 4294967296, must be in 0 … 4294967295");
        assertThatThrownBy(() -> DRAWS.dropoutKey(0, 0, 1 << 24))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("part is 16777216, must be in 0 … 16777215");
        assertThatThrownBy(() -> DRAWS.timesteps(0, 0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bound is 0, must be at least 1");
        assertThatThrownBy(() -> DRAWS.dropsLabel(0, 0, 1.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("probability is 1.5, must be in [0, 1]");
        assertThatThrownBy(() -> DRAWS.order(0, 0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size is -1, must be at least 0");
    }

    private static long begin(RandomStream stream) {
        return ((long) stream.nextInt() << 32) ^ Integer.toUnsignedLong(stream.nextInt());
    }
}
