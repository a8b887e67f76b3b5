package io.github.marspark.data.latent;

/**
 * IEEE 754 binary16, which Java 17 has no conversion for: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Half-precision_floating-point_format">half-precision format</a>
 */
final class HalfPrecision {
    /** The largest finite value, {@code (2 - 2^-10) 2^15}. */
    static final float MAX = 65504;

    /** Half a step above {@link #MAX}: from here on the nearest value would be infinite. */
    static final float OVERFLOW = 65520;

    private static final int DROPPED_BITS = 23 - 10;
    private static final int REBIAS = (127 - 15) << 23;
    private static final int SMALLEST_NORMAL = (127 - 14) << 23;
    private static final int HALF_EXPONENT = 0x1f << 23;
    private static final int FLOAT_INFINITY = 0xff << 23;
    private static final int HALF_INFINITY = 0x7c00;
    private static final int HALF_NAN = 0x7e00;

    /** {@code 0.5}: adding it to a subnormal half aligns the fraction with the lowest bits of a float. */
    private static final int ALIGN = (127 - 1) << 23;

    private HalfPrecision() {}

    /** The nearest half, ties to even; what is too large becomes infinite. */
    static short ofFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude < SMALLEST_NORMAL) {
            float aligned = Float.intBitsToFloat(magnitude) + Float.intBitsToFloat(ALIGN);
            return (short) (sign | (Float.floatToRawIntBits(aligned) - ALIGN));
        }
        if (magnitude >= FLOAT_INFINITY || Float.intBitsToFloat(magnitude) >= OVERFLOW) {
            return (short) (sign | (magnitude > FLOAT_INFINITY ? HALF_NAN : HALF_INFINITY));
        }
        int odd = magnitude >> DROPPED_BITS & 1;
        int rounded = magnitude - REBIAS + (1 << (DROPPED_BITS - 1)) - 1 + odd;
        return (short) (sign | rounded >> DROPPED_BITS);
    }

    /** The same value in single precision, exactly. */
    static float toFloat(short half) {
        int shifted = (half & 0x7fff) << DROPPED_BITS;
        int exponent = shifted & HALF_EXPONENT;
        int magnitude;
        if (exponent == HALF_EXPONENT) {
            magnitude = shifted + 2 * REBIAS; // infinity or not a number
        } else if (exponent == 0) {
            // subnormal: the fraction counts steps of 2^-24
            magnitude = Float.floatToRawIntBits(
                    Float.intBitsToFloat(shifted + SMALLEST_NORMAL) - Float.intBitsToFloat(SMALLEST_NORMAL));
        } else {
            magnitude = shifted + REBIAS;
        }
        return Float.intBitsToFloat(magnitude | (half & 0x8000) << 16);
    }
}
