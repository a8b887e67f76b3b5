package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ElementTypeTest {

    @Test
    void everyFiniteHalfHasItsExactValue() {
        IntStream.range(0, 1 << 16)
                .filter(half -> exponent(half) < 31)
                .forEach(half -> assertThat((double) widen(ElementType.F16, half))
                        .as("half %04x", half)
                        .isEqualTo(halfValue(half)));
    }

    @Test
    void halvesKeepTheSignOfZeroInfinitiesAndNanPayloads() {
        assertThat(bits(ElementType.F16, 0x8000)).isEqualTo(0x80000000);
        assertThat(bits(ElementType.F16, 0x7c00)).isEqualTo(0x7f800000);
        assertThat(bits(ElementType.F16, 0xfc00)).isEqualTo(0xff800000);
        assertThat(bits(ElementType.F16, 0x7c01)).isEqualTo(0x7f802000);
        assertThat(bits(ElementType.F16, 0xfe55)).isEqualTo(0xffc00000 | 0x55 << 13);
    }

    @Test
    void everyBrainFloatIsTheUpperHalfOfItsFloat() {
        IntStream.range(0, 1 << 16)
                .forEach(upper -> assertThat(bits(ElementType.BF16, upper)).isEqualTo(upper << 16));
    }

    @Test
    void integersAndBooleansBecomeTheirValues() {
        assertThat(widen(ElementType.I16, 0xffff)).isEqualTo(-1f);
        assertThat(widen(ElementType.I8, 0x80)).isEqualTo(-128f);
        assertThat(widen(ElementType.U8, 0x80)).isEqualTo(128f);
        assertThat(widen(ElementType.BOOL, 0)).isZero();
        assertThat(widen(ElementType.BOOL, 2)).isEqualTo(1f);
        assertThat(widen(ElementType.I32, -7)).isEqualTo(-7f);
        assertThat(widen(ElementType.I64, 123456789012L)).isEqualTo((float) 123456789012L);
    }

    @Test
    void doublesAreRoundedToTheNearestFloat() {
        assertThat(widen(ElementType.F64, Double.doubleToRawLongBits(0.1))).isEqualTo(0.1f);
        assertThat(widen(ElementType.F64, Double.doubleToRawLongBits(1e300))).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void isFoundByItsName() {
        assertThat(ElementType.named("BF16")).contains(ElementType.BF16);
        assertThat(ElementType.named("F8_E4M3")).isEmpty();
    }

    private static float widen(ElementType type, long raw) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, raw);
        return type.widen(bytes.limit(type.bytes())).get(0);
    }

    private static int bits(ElementType type, int raw) {
        return Float.floatToRawIntBits(widen(type, raw));
    }

    private static int exponent(int half) {
        return half >> 10 & 31;
    }

    private static double halfValue(int half) {
        double fraction = (half & 1023) / 1024.0;
        double sign = half >= 1 << 15 ? -1 : 1;
        return exponent(half) == 0
                ? sign * fraction * Math.pow(2, -14)
                : sign * (1 + fraction) * Math.pow(2, exponent(half) - 15);
    }
}
