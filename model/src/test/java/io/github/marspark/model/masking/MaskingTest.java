package io.github.marspark.model.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.random.Draws;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskingTest {
    @Test
    void theMaskEqualsTheReference() {
        Npz train = Fixtures.npz("train");
        int[] shape = train.shape("in.orders");
        int[] flat = train.ints("in.orders");
        int[][] orders = IntStream.range(0, shape[0])
                .mapToObj(b -> Arrays.copyOfRange(flat, b * shape[1], (b + 1) * shape[1]))
                .toArray(int[][]::new);
        int masked = Masking.count(shape[1], train.scalar("in.mask_rate"));
        assertThat(masked).isEqualTo(train.integer("in.num_masked"));
        assertThat(Masking.of(orders, masked).mask()).isEqualTo(train.floats("out.mask"));
    }

    @Test
    void everyRateHidesItsCountAndLeavesTheRestInAscendingOrder() {
        Draws draws = new Draws(2);
        Random random = new Random(2);
        for (int round = 0; round < 300; round++) {
            int tokens = 1 + random.nextInt(80);
            double rate = round == 0 ? 0 : round == 1 ? 1 : random.nextDouble();
            int[][] orders = {draws.order(round, 0, tokens), draws.order(round, 1, tokens)};
            Masking masking = Masking.of(orders, Masking.count(tokens, rate));
            assertThat(masking.masked()).isBetween((int) (tokens * rate), (int) (tokens * rate) + 1);
            assertThat(masking.known()).isEqualTo(tokens - masking.masked());
            assertPartition(masking, 0);
            assertPartition(masking, 1);
        }
    }

    private static void assertPartition(Masking masking, int sample) {
        int[] known = masking.knownPositions(sample);
        int[] masked = masking.maskedPositions(sample);
        float[] mask = masking.mask();
        int begin = sample * masking.tokens();
        assertThat(known).hasSize(masking.known()).isSorted().isEqualTo(masking.knownPositions()[sample]);
        assertThat(masked).hasSize(masking.masked()).isSorted();
        assertThat(Arrays.stream(known)).allMatch(position -> mask[begin + position] == 0);
        assertThat(Arrays.stream(masked)).allMatch(position -> mask[begin + position] == 1);
    }

    @Test
    void laterChangesOfTheOrdersDoNotReachTheMasking() {
        int[][] orders = {{2, 0, 1}};
        Masking masking = Masking.of(orders, 1);
        orders[0][0] = 1;
        assertThat(masking.maskedPositions(0)).containsExactly(2);
    }

    @Test
    void refusesWhatIsNoPermutationOrCount() {
        assertThatThrownBy(() -> Masking.of(new int[][] {{0, 1, 2}, {0, 1, 1}}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("orders[1] is no permutation of 0 … 2: 1 is out of range or repeated");
        assertThatThrownBy(() -> Masking.of(new int[][] {{0, 3, 2}}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("orders[0] is no permutation of 0 … 2: 3 is out of range or repeated");
        assertThatThrownBy(() -> Masking.of(new int[][] {{0, 1}, {0}}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("orders[1] has 1 positions, must have 2");
        assertThatThrownBy(() -> Masking.of(new int[][] {{0, 1}}, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("masked is 3, must be in 0 … 2");
        assertThatThrownBy(() -> Masking.of(new int[0][], 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of orders is 0, must be at least 1");
        assertThatThrownBy(() -> Masking.count(16, 1.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mask rate is 1.01, must be in [0, 1]");
    }
}
