package io.github.marspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.tensor.Threads;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankSumTest {
    /** More than one piece for a thread, and a rest. */
    private static final int NUMBERS = 3 * 16384 + 11;

    private static float[][] numbers(int ranks) {
        Random random = new Random(ranks);
        float[][] numbers = new float[ranks][NUMBERS];
        for (float[] own : numbers) {
            for (int i = 0; i < NUMBERS; i++) {
                own[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(40) - 20);
            }
        }
        return numbers;
    }

    private static float[] serial(float[][] numbers) {
        float[] sum = numbers[0].clone();
        for (int rank = 1; rank < numbers.length; rank++) {
            for (int i = 0; i < NUMBERS; i++) {
                sum[i] += numbers[rank][i];
            }
        }
        return sum;
    }

    @SuppressWarnings("NullAway") // which does not read from a class file that elements of an array may be null
    private static float[] sum(float[][] numbers, int own, int threads) {
        @Nullable ByteBuffer[] contributions = new @Nullable ByteBuffer[numbers.length];
        for (int rank = 0; rank < numbers.length; rank++) {
            if (rank != own) {
                ByteBuffer bytes =
                        ByteBuffer.allocateDirect(NUMBERS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(numbers[rank]);
                contributions[rank] = bytes;
            }
        }
        float[] sum = numbers[own].clone();
        RankSum.into(FloatBuffer.wrap(sum), contributions, new Threads(threads));
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"2,1", "3,1", "3,2", "5,1", "5,3"})
    void everyRankGetsTheBitsOfAddingInRankOrder(int ranks, int threads) {
        float[][] numbers = numbers(ranks);
        float[] expected = serial(numbers);
        for (int own = 0; own < ranks; own++) {
            assertThat(sum(numbers, own, threads)).as("rank %d", own).isEqualTo(expected);
        }
    }

    /** Numbers whose sum in another order is another: the test above could fail. */
    @Test
    void theOrderMatters() {
        float[][] numbers = numbers(3);
        float[][] reversed = {numbers[2], numbers[1], numbers[0]};
        assertThat(serial(reversed)).isNotEqualTo(serial(numbers));
    }
}
