package io.github.marspark.data.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.NumberType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
    private static final int INFINITY = 0x7c00;

    @Test
    void everyHalfHasTheValueOfItsFields() {
        for (int bits = 0; bits < INFINITY; bits++) {
            int exponent = bits >> 10;
            int fraction = bits & 0x3ff;
            float value = exponent == 0
                    ? Math.scalb((float) fraction, -24)
                    : Math.scalb((float) (1024 + fraction), exponent - 25);
            assertThat(HalfPrecision.toFloat((short) bits)).isEqualTo(value);
            assertThat(HalfPrecision.toFloat((short) (bits | 0x8000))).isEqualTo(-value);
        }
    }

    @Test
    void everyHalfComesBackFromItsFloat() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = HalfPrecision.toFloat((short) bits);
            if (Float.isNaN(value)) {
                assertThat(bits & 0x7fff).isGreaterThan(INFINITY);
                assertThat(HalfPrecision.toFloat(HalfPrecision.ofFloat(value))).isNaN();
            } else {
                assertThat(HalfPrecision.ofFloat(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void roundsToTheNearestAndTiesToEven() {
        for (int bits = 0; bits < INFINITY - 1; bits++) {
            float below = HalfPrecision.toFloat((short) bits);
            float above = HalfPrecision.toFloat((short) (bits + 1));
            float middle = (below + above) / 2;

            assertThat(HalfPrecision.ofFloat(middle)).isEqualTo((short) (bits + bits % 2));
            assertThat(HalfPrecision.ofFloat(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(HalfPrecision.ofFloat(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            assertThat(HalfPrecision.ofFloat(-middle)).isEqualTo((short) (bits + bits % 2 | 0x8000));
        }
    }

    @Test
    void becomesInfiniteFromHalfAStepAboveTheLargest() {
        assertThat(HalfPrecision.ofFloat(Math.nextDown(65520f))).isEqualTo((short) 0x7bff);
        assertThat(HalfPrecision.ofFloat(65520f)).isEqualTo((short) INFINITY);
        assertThat(HalfPrecision.ofFloat(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
        assertThat(HalfPrecision.ofFloat(Float.MIN_VALUE)).isEqualTo((short) 0);
    }

    @Test
    void packsLittleEndianAndUnpacks() {
        float[] values = {1, -2.5f, 0, 1 / 1024f};

        LatentNumbers.Packed half = LatentNumbers.pack(values, NumberType.FLOAT16);
        LatentNumbers.Packed single = LatentNumbers.pack(values, NumberType.FLOAT32);

        assertThat(half.bytes().array()).startsWith(0x00, 0x3c, 0x00, 0xc1).hasSize(8);
        assertThat(single.bytes().array()).startsWith(0x00, 0x00, 0x80, 0x3f).hasSize(16);
        assertThat(LatentNumbers.unpack(half.bytes(), NumberType.FLOAT16)).containsExactly(values);
        assertThat(LatentNumbers.unpack(single.bytes(), NumberType.FLOAT32)).containsExactly(values);
        float[] target = new float[6];
        LatentNumbers.unpack(ByteBuffer.wrap(half.bytes().array()), NumberType.FLOAT16, target, 1);
        assertThat(target).containsExactly(0, 1, -2.5f, 0, 1 / 1024f, 0);
    }

    @Test
    void clampsAndCountsWhatDoesNotFit() {
        float[] values = {70_000, -70_000, 65_510, Float.NEGATIVE_INFINITY};

        LatentNumbers.Packed half = LatentNumbers.pack(values, NumberType.FLOAT16);
        LatentNumbers.Packed single = LatentNumbers.pack(values, NumberType.FLOAT32);

        assertThat(half.clamped()).isEqualTo(3);
        assertThat(LatentNumbers.unpack(half.bytes(), NumberType.FLOAT16))
                .containsExactly(65_504, -65_504, 65_504, -65_504);
        assertThat(single.clamped()).isEqualTo(1);
        assertThat(LatentNumbers.unpack(single.bytes(), NumberType.FLOAT32)[3]).isEqualTo(-Float.MAX_VALUE);
    }

    @Test
    void refusesWhatIsNotANumber() {
        assertThatThrownBy(() -> LatentNumbers.pack(new float[] {0, Float.NaN}, NumberType.FLOAT16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values[1] is not a number, must be a number");
    }
}
