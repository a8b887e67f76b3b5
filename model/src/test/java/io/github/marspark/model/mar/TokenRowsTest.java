package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.masking.Masking;
import org.junit.jupiter.api.Test;

/** Rows of two samples of four tokens behind one buffer row; tokens 1 and 3 of the first are known, 0 and 2 of the second. */
class TokenRowsTest {
    private static final Masking MASKING = Masking.of(new int[][] {{2, 0, 3, 1}, {1, 3, 0, 2}}, 2);
    private final EncoderRows encoder = new EncoderRows(MASKING, 1);
    private final DecoderRows decoder = new DecoderRows(MASKING, 1);

    @Test
    void theEncoderIsGivenTheClassAndTheKnownTokensInOrder() {
        assertThat(encoder.sources()).containsExactly(-1, 1, 3, -2, 4, 6);
        assertThat(encoder.positions()).containsExactly(0, 2, 4, 0, 1, 3);
    }

    @Test
    void theDecoderIsGivenWhatTheEncoderKnowsAndTheMaskTokenElsewhere() {
        assertThat(decoder.sources()).containsExactly(0, -1, 1, -1, 2, 3, 4, -1, 5, -1);
        assertThat(decoder.positions()).containsExactly(0, 1, 2, 3, 4, 0, 1, 2, 3, 4);
    }

    @Test
    void tokensAreFoundBehindTheBufferOfTheirSample() {
        assertThat(decoder.of(new int[] {1, 6})).containsExactly(2, 8);
        assertThat(decoder.positionsInImage(new int[] {1, 6})).containsExactly(1, 2);
    }

    @Test
    void whereNothingIsKnownTheEncoderSeesTheBufferAlone() {
        Masking all = Masking.of(new int[][] {{1, 0}}, 2);
        assertThat(new EncoderRows(all, 2).sources()).containsExactly(-1, -1);
        assertThat(new DecoderRows(all, 2).sources()).containsExactly(0, 1, -1, -1);
    }
}
