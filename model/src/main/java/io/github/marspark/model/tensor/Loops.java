package io.github.marspark.model.tensor;

/**
 * The inner loops of {@link CpuKernels}, over blocks of floats that fit in the first-level cache.
 *
 * <p>Each is a plain loop over arrays without calls or branches, because that is what the JIT turns into vector
 * instructions: exponentials are therefore rational functions and repeated squares, and sums run over eight
 * accumulators.
 */
final class Loops {
    private static final float SQRT_HALF = 0.70710678f;
    private static final float INVERSE_SQRT_TWO_PI = 0.39894228f;
    private static final float LOG2_E = 1.44269504f;
    private static final float LN_2_HIGH = 0.693359375f;
    private static final float LN_2_LOW = -2.12194440e-4f;
    private static final float ROUND = 12582912f;
    private static final int MANTISSA_BITS = 23;
    private static final int ONE = 0x3F800000;

    private Loops() {}

    static void accumulate(float[] x, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] += x[i];
        }
    }

    /** {@code into = x[from…] + x[from + n…] + beta into}; what into held does not matter when beta is 0. */
    static void addPair(float[] x, int from, float beta, float[] into, int n) {
        if (beta == 0) {
            for (int i = 0; i < n; i++) {
                into[i] = x[from + i] + x[from + n + i];
            }
        } else {
            for (int i = 0; i < n; i++) {
                into[i] = x[from + i] + x[from + n + i] + beta * into[i];
            }
        }
    }

    /** into[i] += x[from + i]; the ranges of x and into may lie in one array without overlapping. */
    static void accumulate(float[] x, int from, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] += x[from + i];
        }
    }

    /** into[i] = max(into[i], x[from + i]). */
    static void maximum(float[] x, int from, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] = Math.max(into[i], x[from + i]);
        }
    }

    static void scale(float[] x, float factor, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= factor;
        }
    }

    static void modulate(float[] x, float[] shift, float[] scale, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = x[i] * (1 + scale[i]) + shift[i];
        }
    }

    static void modulateBackward(float[] x, float[] scale, float[] dy, float[] dx, float[] dScale, int n) {
        for (int i = 0; i < n; i++) {
            dx[i] = dy[i] * (1 + scale[i]);
        }
        for (int i = 0; i < n; i++) {
            dScale[i] = dy[i] * x[i];
        }
    }

    static void gate(float[] x, float[] gate, float[] u, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = x[i] + gate[i] * u[i];
        }
    }

    static void multiply(float[] x, float[] y, float[] z, int n) {
        for (int i = 0; i < n; i++) {
            z[i] = x[i] * y[i];
        }
    }

    /** erf by a rational function on [-4, 4], accurate to 2e-7 (coefficients as in the Eigen library). */
    private static float erf(float argument) {
        float x = Math.max(-4f, Math.min(4f, argument));
        float s = x * x;
        float p = -2.72614225801306e-10f;
        p = p * s + 2.77068142495902e-08f;
        p = p * s - 2.10102402082508e-06f;
        p = p * s - 5.69250639462346e-05f;
        p = p * s - 7.34990630326855e-04f;
        p = p * s - 2.95459980854025e-03f;
        p = p * s - 1.60960333262415e-02f;
        float q = -1.45660718464996e-05f;
        q = q * s - 2.13374055278905e-04f;
        q = q * s - 1.68282697438203e-03f;
        q = q * s - 7.37332916720468e-03f;
        q = q * s - 1.42647390514189e-02f;
        return x * p / q;
    }

    /** tanh by a rational function on [-7.9, 7.9], accurate to 3e-7 (coefficients as in the Eigen library). */
    private static float tanh(float argument) {
        float x = Math.max(-7.9f, Math.min(7.9f, argument));
        float s = x * x;
        float p = -2.76076847742355e-16f;
        p = p * s + 2.00018790482477e-13f;
        p = p * s - 8.60467152213735e-11f;
        p = p * s + 5.12229709037114e-08f;
        p = p * s + 1.48572235717979e-05f;
        p = p * s + 6.37261928875436e-04f;
        p = p * s + 4.89352455891786e-03f;
        float q = 1.19825839466702e-06f;
        q = q * s + 1.18534705686654e-04f;
        q = q * s + 2.26843463243900e-03f;
        q = q * s + 4.89352518554385e-03f;
        return x * p / q;
    }

    /** exp(-u) for u in [0, 32], as the 32nd power of a polynomial, accurate to 3e-6 of its value. */
    private static float expMinus(float argument) {
        float u = Math.min(32f, argument) * (-1f / 32);
        float e = 1f / 5040;
        e = e * u + 1f / 720;
        e = e * u + 1f / 120;
        e = e * u + 1f / 24;
        e = e * u + 1f / 6;
        e = e * u + 0.5f;
        e = e * u + 1f;
        e = e * u + 1f;
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        return e * e;
    }

    static void gelu(float[] x, float[] factor, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            y[i] = 0.5f * v * (1 + erf(v * SQRT_HALF)) * factor[i];
        }
    }

    /** dx = dy factor (Phi(x) + x phi(x)), Phi and phi the normal distribution function and density. */
    static void geluBackward(float[] x, float[] factor, float[] dy, float[] dx, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            dx[i] = v * INVERSE_SQRT_TWO_PI * expMinus(0.5f * v * v);
        }
        for (int i = 0; i < n; i++) {
            dx[i] = dy[i] * factor[i] * (0.5f * (1 + erf(x[i] * SQRT_HALF)) + dx[i]);
        }
    }

    static void silu(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            y[i] = 0.5f * v * (1 + tanh(0.5f * v));
        }
    }

    static void siluBackward(float[] x, float[] dy, float[] dx, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[i];
            float sigmoid = 0.5f * (1 + tanh(0.5f * v));
            dx[i] = dy[i] * (sigmoid + v * sigmoid * (1 - sigmoid));
        }
    }

    /** The bits of kept elements are {@code kept}, of dropped ones 0; {@code steps[i]} is i times the hash's multiplier. */
    static void keptBits(int[] bits, int[] steps, int n, int key, int start, int threshold, int kept) {
        for (int i = 0; i < n; i++) {
            int h = (start + steps[i]) ^ key;
            h = (h ^ (h >>> 16)) * 0x85EBCA6B;
            h = (h ^ (h >>> 13)) * 0xC2B2AE35;
            h = h ^ (h >>> 16);
            bits[i] = kept & ~(((h >>> 8) - threshold) >> 31);
        }
    }

    /** Turns the signs of dropped floats; see {@link #keptBits}. */
    static void turnSigns(int[] bits, int[] steps, int n, int key, int start, int threshold) {
        for (int i = 0; i < n; i++) {
            int h = (start + steps[i]) ^ key;
            h = (h ^ (h >>> 16)) * 0x85EBCA6B;
            h = (h ^ (h >>> 13)) * 0xC2B2AE35;
            h = h ^ (h >>> 16);
            bits[i] ^= ((h >>> 8) - threshold) & 0x80000000;
        }
    }

    static float sum(float[] x, int from, int to) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        int i = from;
        for (; i <= to - 8; i += 8) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
            e += x[i + 4];
            f += x[i + 5];
            g += x[i + 6];
            h += x[i + 7];
        }
        for (; i < to; i++) {
            a += x[i];
        }
        return ((a + b) + (c + d)) + ((e + f) + (g + h));
    }

    static float dot(float[] x, float[] y, int from, int to) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        int i = from;
        for (; i <= to - 8; i += 8) {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            d += x[i + 3] * y[i + 3];
            e += x[i + 4] * y[i + 4];
            f += x[i + 5] * y[i + 5];
            g += x[i + 6] * y[i + 6];
            h += x[i + 7] * y[i + 7];
        }
        for (; i < to; i++) {
            a += x[i] * y[i];
        }
        return ((a + b) + (c + d)) + ((e + f) + (g + h));
    }

    static void subtract(float[] x, float value, int n) {
        for (int i = 0; i < n; i++) {
            x[i] -= value;
        }
    }

    /** y = x weight + bias. */
    static void affine(float[] x, float[] weight, float[] bias, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = x[i] * weight[i] + bias[i];
        }
    }

    /** into += (x - centre)^2. */
    static void accumulateSquares(float[] x, float[] centre, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            float difference = x[i] - centre[i];
            into[i] += difference * difference;
        }
    }

    /** x = (x - centre) factor. */
    static void normalize(float[] x, float[] centre, float[] factor, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (x[i] - centre[i]) * factor[i];
        }
    }

    /** g = (g - meanG - normal meanGNormal) scale, each mean and scale an element's own. */
    static void groupNormBackward(float[] g, float[] normal, float[] meanG, float[] meanGNormal, float[] scale, int n) {
        for (int i = 0; i < n; i++) {
            g[i] = (g[i] - meanG[i] - normal[i] * meanGNormal[i]) * scale[i];
        }
    }

    /** into += x y. */
    static void accumulateProduct(float[] x, float[] y, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] += x[i] * y[i];
        }
    }

    /** dx = (g - meanG - normal meanGNormal) scale. */
    static void normalizeBackward(
            float[] g, float[] normal, float meanG, float meanGNormal, float scale, float[] dx, int n) {
        for (int i = 0; i < n; i++) {
            dx[i] = (g[i] - meanG - normal[i] * meanGNormal) * scale;
        }
    }

    static void max(float[] x, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] = Math.max(into[i], x[i]);
        }
    }

    static void reciprocal(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = 1 / x[i];
        }
    }

    /** into -= |p| share. */
    static void subtractShare(float[] p, float[] share, float[] into, int n) {
        for (int i = 0; i < n; i++) {
            into[i] -= Math.abs(p[i]) * share[i];
        }
    }

    /** y = factor x where x is positive, else 0. */
    static void keep(float[] x, float factor, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Math.max(x[i], 0) * factor;
        }
    }

    /**
     * {@code exp(x[i] - shift[i]) = 2^k exp(r)}, for differences at most 0 and not below -87: x becomes exp(r) by a
     * polynomial of degree 6, accurate to 1e-7, and the bits of {@code exponents} are what {@link #powersOfTwo} turns
     * into 2^k.
     */
    static void exp(float[] x, float[] shift, float[] exponents, int n) {
        for (int i = 0; i < n; i++) {
            float v = Math.max(x[i] - shift[i], -87f);
            float rounded = v * LOG2_E + ROUND;
            float k = rounded - ROUND;
            float r = (v - k * LN_2_HIGH) - k * LN_2_LOW;
            float e = 1f / 720;
            e = e * r + 1f / 120;
            e = e * r + 1f / 24;
            e = e * r + 1f / 6;
            e = e * r + 0.5f;
            e = e * r + 1f;
            x[i] = e * r + 1f;
            exponents[i] = rounded;
        }
    }

    /** From the bits of {@code ROUND + k}, whose last ones are k, the bits of 2^k. */
    static void powersOfTwo(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            bits[i] = (bits[i] << MANTISSA_BITS) + ONE;
        }
    }
}
