package io.github.marspark.jobs.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeldOutTest {
    @ParameterizedTest
    @CsvSource({"10, 0", "10, 1", "10, 9", "30, 7", "1000, 333", "1281167, 1281"})
    void everyRecordIsTrainedOnOrHeldOutAndNoneBoth(long records, int count) {
        HeldOut heldOut = new HeldOut(records, count);
        long[] all = LongStream.concat(
                        IntStream.range(0, count).mapToLong(heldOut::record),
                        LongStream.range(0, heldOut.trained()).map(heldOut::trainedRecord))
                .sorted()
                .toArray();
        assertThat(all).isEqualTo(LongStream.range(0, records).toArray());
    }

    @Test
    void recordsKeepTheirOrderAndLieFarApart() {
        HeldOut heldOut = new HeldOut(100, 10);
        assertThat(IntStream.range(0, 10).mapToLong(heldOut::record))
                .containsExactly(5L, 15L, 25L, 35L, 45L, 55L, 65L, 75L, 85L, 95L);
        assertThat(LongStream.range(0, 90).map(heldOut::trainedRecord).boxed().toList())
                .isSorted();
    }

    @Test
    void somethingIsLeftToTrainOn() {
        assertThatThrownBy(() -> new HeldOut(3, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count is 3, must be in 0 … 2");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "31, 2", "100, 3", "1000, 4", "5, 4"})
    void everyGroupIsOneRanksWhateverTheirNumber(int records, int ranks) {
        int[] seen = IntStream.range(0, ranks)
                .mapToObj(rank -> new ValidationGroups(records, rank, ranks))
                .flatMapToInt(groups -> IntStream.range(groups.firstGroup(), groups.endGroup())
                        .flatMap(group -> IntStream.range(groups.from(group), groups.from(group + 1))))
                .toArray();
        assertThat(seen).isEqualTo(IntStream.range(0, records).toArray());
    }
}
