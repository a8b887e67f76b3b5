package io.github.marspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RunTokenTest {
    private static final String REFUSAL =
            "it has not the token of this run, so that it is of an earlier attempt or of a stranger";

    @Test
    void messageThatBeginsWithItIsTakenAndLeftAtWhatFollows() {
        RunToken token = RunToken.random();
        ByteBuffer message = token.message(3).put(new byte[] {1, 2, 3}).flip();
        token.requireIn(message);
        assertThat(message.remaining()).isEqualTo(3);
        assertThat(message.get()).isEqualTo((byte) 1);
    }

    @Test
    void anotherTokenIsRefusedWhereverItDiffers() {
        RunToken token = RunToken.random();
        byte[] right = token.message(0).array();
        for (int i = 0; i < right.length; i++) {
            byte[] wrong = right.clone();
            wrong[i] ^= 1;
            assertThatThrownBy(() -> token.requireIn(ByteBuffer.wrap(wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(REFUSAL);
        }
    }

    @Test
    void beginningOfTheTokenIsNotEnough() {
        RunToken token = RunToken.random();
        byte[] right = token.message(0).array();
        for (int length = 0; length < right.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(right, length));
            assertThatThrownBy(() -> token.requireIn(cut)).hasMessage(REFUSAL);
        }
    }

    @Test
    void noTwoTokensAreEqualAndNoneIsTold() {
        RunToken token = RunToken.random();
        assertThat(RunToken.random().message(0).array())
                .isNotEqualTo(token.message(0).array());
        assertThat(token).hasToString("the token of a run");
    }
}
