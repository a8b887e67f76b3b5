package io.github.marspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdditionTest {
    private static final int NUMBERS = 1000;

    /** Pieces of up to so many bytes end within numbers, and within the rest of a number. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 1001, 4000})
    void piecesMayEndAnywhere(int longest) {
        Random random = new Random(longest);
        float[] own = numbers(random);
        float[] other = numbers(random);
        ByteBuffer bytes = ByteBuffer.allocate(NUMBERS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(other);
        float[] sum = own.clone();
        Addition addition = new Addition(FloatBuffer.wrap(sum));
        while (addition.missing() > 0) {
            int length = Math.min(1 + random.nextInt(longest), addition.missing());
            ByteBuffer piece = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            addition.take(piece);
            assertThat(addition.missing()).isEqualTo(bytes.remaining());
            assertThat(piece.hasRemaining()).isFalse();
        }
        for (int i = 0; i < NUMBERS; i++) {
            assertThat(sum[i]).isEqualTo(own[i] + other[i]);
        }
    }

    private static float[] numbers(Random random) {
        float[] numbers = new float[NUMBERS];
        for (int i = 0; i < NUMBERS; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
