package io.github.marspark.jobs.latents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataOrderTest {
    private static final int EPOCHS = 5;

    /** Records, batch, streams: more and fewer records than a batch, with and without a rest, fewer slots than streams. */
    @ParameterizedTest
    @CsvSource({"30,12,4", "96,12,4", "1000,24,8", "1009,64,64", "7,64,8", "1,8,8", "50,8,64", "101,10,1"})
    void everyEpochHoldsEachRecordOnce(int records, int batch, int streams) {
        DataOrder order = new DataOrder(3, records, batch, streams);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            Set<Long> seen = new HashSet<>();
            for (long position = (long) epoch * records; position < (epoch + 1L) * records; position++) {
                assertThat(seen.add(order.record(position / batch, (int) (position % batch))))
                        .isTrue();
            }
            assertThat(seen).allMatch(record -> record >= 0 && record < records);
        }
    }

    @ParameterizedTest
    @CsvSource({"1000,24,8,4", "1009,64,64,2", "1009,64,64,64", "30,12,4,2", "7,64,8,8", "100000,2048,64,16"})
    void aRankNeedsItsPartAndLittleMore(int records, int batch, int streams, int ranks) {
        DataOrder order = new DataOrder(3, records, batch, streams);
        int steps = EPOCHS * records / batch + 1;
        for (int rank = 0; rank < ranks; rank++) {
            long first = order.first(rank, ranks);
            long end = order.end(rank, ranks);
            assertThat(end - first).isLessThanOrEqualTo(records / ranks + batch / 2 + 2);
            for (int step = 0; step < steps; step++) {
                for (int slot = rank * batch / ranks; slot < (rank + 1) * batch / ranks; slot++) {
                    assertThat(order.record(step, slot)).isBetween(first, end - 1);
                }
            }
        }
        assertThat(order.first(0, ranks)).isZero();
        assertThat(order.end(ranks - 1, ranks)).isEqualTo(records);
    }

    @ParameterizedTest
    @CsvSource({"1000,24,8", "1009,64,64"})
    void anOrderIsAFunctionOfSeedAndStep(int records, int batch, int streams) {
        DataOrder forwards = new DataOrder(3, records, batch, streams);
        DataOrder backwards = new DataOrder(3, records, batch, streams);
        DataOrder other = new DataOrder(4, records, batch, streams);
        int steps = 3 * records / batch;
        long[] expected = new long[steps];
        int different = 0;
        for (int step = 0; step < steps; step++) {
            expected[step] = forwards.record(step, 1);
            different += other.record(step, 1) == expected[step] ? 0 : 1;
        }
        for (int step = steps - 1; step >= 0; step--) {
            assertThat(backwards.record(step, 1)).isEqualTo(expected[step]);
        }
        assertThat(different).isGreaterThan(steps / 2);
    }
}
