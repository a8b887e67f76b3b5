package io.github.marspark.jobs.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.TrainRecipe;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotsTest {
    private static TrainRecipe train(int batch, int streams, int largest) {
        return Recipes.parse(
                        "name = slots, data { image-size = 256, classes = 2 }",
                        "slots",
                        Map.of(
                                "train.global-batch", "" + batch,
                                "train.streams", "" + streams,
                                "train.largest-batch", "" + largest))
                .train();
    }

    @ParameterizedTest
    @CsvSource({"24,8,128,1", "24,8,128,4", "24,8,5,2", "2048,64,128,64", "7,7,2,7", "30,6,1,3"})
    void theSlotsOfAllRanksAreTheBatchInOrderWithoutOverlap(int batch, int streams, int largest, int ranks) {
        TrainRecipe train = train(batch, streams, largest);
        int next = 0;
        for (int rank = 0; rank < ranks; rank++) {
            Slots slots = Slots.of(train, rank, ranks);
            assertThat(slots.first()).isEqualTo(next);
            for (int part = 0; part < slots.parts(); part++) {
                assertThat(slots.from(part)).isEqualTo(next);
                next += slots.count() / slots.parts();
                assertThat(slots.from(part + 1)).isEqualTo(next);
            }
            assertThat(slots.end()).isEqualTo(next);
        }
        assertThat(next).isEqualTo(batch);
    }

    /** Parts are equal, no larger than allowed, and as few as that takes. */
    @ParameterizedTest
    @CsvSource({
        "24,128,1",
        "24,24,1",
        "24,23,2",
        "24,12,2",
        "24,11,3",
        "24,7,4",
        "24,5,6",
        "24,1,24",
        "23,22,23",
        "2048,128,16"
    })
    void shareIsCutIntoAsFewEqualPartsAsAreSmallEnough(int batch, int largest, int parts) {
        assertThat(Slots.of(train(batch, 1, largest), 0, 1).parts()).isEqualTo(parts);
    }

    @ParameterizedTest
    @CsvSource({
        "24,8,3,'executors is 3, must divide train.streams, which is 8; set executors=2'",
        "24,8,16,'executors is 16, must divide train.streams, which is 8; set executors=8'",
        "12,8,8,'executors is 8, must divide train.global-batch, which is 12; set executors=6'",
        "7,64,4,'executors is 4, must divide train.global-batch, which is 7; set executors=1'"
    })
    void numberOfRanksMustDivideStreamsAndBatch(int batch, int streams, int ranks, String sentence) {
        TrainRecipe train = train(batch, streams, 128);
        assertThatThrownBy(() -> Slots.of(train, 0, ranks))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void lastRankEndsWithTheBatch() {
        assertThat(Slots.of(train(2048, 64, 128), 63, 64)).isEqualTo(new Slots(2016, 32, 1));
    }
}
