package io.github.marspark.data.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class RecordWalkTest {
    private static final Schema NUMBERS = Schema.createArray(Schema.create(Schema.Type.INT));

    private static BinaryDecoder bytes(long... numbers) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        for (long number : numbers) {
            encoder.writeLong(number);
        }
        return DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null);
    }

    @Test
    void arraysArePassedOverInBothForms() throws IOException {
        BinaryDecoder plain = bytes(3, 7, 8, 9, 0, 99);
        RecordWalk.skip(NUMBERS, plain);
        assertThat(plain.readLong()).isEqualTo(99);
        BinaryDecoder sized = bytes(-3, 3, 7, 8, 9, 0, 99);
        RecordWalk.skip(NUMBERS, sized);
        assertThat(sized.readLong()).isEqualTo(99);
    }

    /** A size of -4 leads back to the count, for ever. */
    @Test
    void sizeBelowNothingLeadsNowhere() throws IOException {
        long[] back = new long[20];
        Arrays.fill(back, -1);
        back[1] = -4;
        BinaryDecoder decoder = bytes(back);
        assertThatThrownBy(() -> RecordWalk.skip(NUMBERS, decoder)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, -2, Integer.MAX_VALUE + 1L, Long.MIN_VALUE})
    void lengthThatNoTextHasIsTold(long length) throws IOException {
        BinaryDecoder decoder = bytes(length, 1, 2);
        assertThatThrownBy(() -> RecordWalk.skip(Schema.create(Schema.Type.STRING), decoder))
                .isInstanceOf(IOException.class)
                .hasMessage("a value announces a length of %,d", length);
    }
}
