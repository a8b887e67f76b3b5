package io.github.marspark.model.tensor;

import io.github.marspark.model.fixtures.RoundingLimit;
import java.util.Arrays;
import org.apache.commons.math3.special.Erf;

/** The operations of {@link ExactKernels} that go element by element. The functions' accuracies are those of {@link Loops}. */
final class ExactElements {
    /** Of erf, and what the rounding of its argument adds. */
    private static final double ERF = 2e-7 + 2 * RoundingLimit.FLOAT32;

    /** Of half of tanh, and what the rounding of its argument adds. */
    private static final double SIGMOID = (3e-7 + 2 * RoundingLimit.FLOAT32) / 2;

    /** Of exp(-u), as a share of its value. */
    private static final double EXP_MINUS = 3e-6;

    private final Roundings roundings;

    ExactElements(Roundings roundings) {
        this.roundings = roundings;
    }

    /** What dropout multiplies the elements of a matrix {@code (B T, D)} by. */
    static double[] factors(Matrix x, Dropout dropout) {
        double[] factors = new double[Math.toIntExact(x.size())];
        int ofSample = factors.length / Math.max(1, dropout.keys().length);
        Arrays.setAll(
                factors, i -> dropout.isNone() ? 1 : dropout.keeps(i / ofSample, i % ofSample) ? dropout.scale() : 0);
        return factors;
    }

    /** {@code x + a b}. */
    Bounded multiplyAdd(double[] x, double[] a, double[] b) {
        Bounded y = new Bounded(x.length);
        for (int i = 0; i < x.length; i++) {
            double product = a[i] * b[i];
            y.set(i, x[i] + product, roundings.growth(2) * (Math.abs(x[i]) + Math.abs(product)));
        }
        return y;
    }

    /** {@code a b}. */
    Bounded multiply(double[] a, double[] b) {
        Bounded y = new Bounded(a.length);
        for (int i = 0; i < a.length; i++) {
            y.set(i, a[i] * b[i], roundings.growth(1) * Math.abs(a[i] * b[i]));
        }
        return y;
    }

    /** {@code x (1 + scale) + shift}. */
    Bounded modulate(double[] x, double[] scale, double[] shift) {
        Bounded y = new Bounded(x.length);
        for (int i = 0; i < x.length; i++) {
            double magnitude = Math.abs(x[i]) * (1 + Math.abs(scale[i])) + Math.abs(shift[i]);
            y.set(i, x[i] * (1 + scale[i]) + shift[i], roundings.growth(3) * magnitude);
        }
        return y;
    }

    Bounded gelu(double[] x, double[] factor) {
        Bounded y = new Bounded(x.length);
        for (int i = 0; i < x.length; i++) {
            double erf = Erf.erf(x[i] * Math.sqrt(0.5));
            double outer = 0.5 * x[i] * factor[i];
            y.set(i, outer * (1 + erf), Math.abs(outer) * (ERF + roundings.growth(4) * (1 + Math.abs(erf))));
        }
        return y;
    }

    Bounded geluBackward(double[] x, double[] factor, double[] dy) {
        Bounded dx = new Bounded(x.length);
        for (int i = 0; i < x.length; i++) {
            double erf = Erf.erf(x[i] * Math.sqrt(0.5));
            double tail = x[i] * Math.exp(-0.5 * x[i] * x[i]) / Math.sqrt(2 * Math.PI);
            double outer = dy[i] * factor[i];
            double magnitude = 0.5 * (1 + Math.abs(erf)) + Math.abs(tail);
            double exponential = EXP_MINUS + roundings.growth(2) * x[i] * x[i];
            double limit = 0.5 * ERF + Math.abs(tail) * exponential + roundings.growth(6) * magnitude;
            dx.set(i, outer * (0.5 * (1 + erf) + tail), Math.abs(outer) * limit);
        }
        return dx;
    }

    Bounded silu(double[] x) {
        Bounded y = new Bounded(x.length);
        for (int i = 0; i < x.length; i++) {
            y.set(i, x[i] * sigmoid(x[i]), Math.abs(x[i]) * (SIGMOID + roundings.growth(4)));
        }
        return y;
    }

    /** SiLU, whose slope is at most 1.1, of values that have limits of their own. */
    Bounded silu(Bounded x) {
        Bounded y = silu(x.values());
        for (int i = 0; i < y.limits().length; i++) {
            y.limits()[i] += 1.1 * x.limits()[i];
        }
        return y;
    }

    Bounded siluBackward(double[] x, double[] dy) {
        return siluBackward(Bounded.copied(x), dy);
    }

    /** The slope of SiLU, which changes by at most 0.5 as fast as x does, times the gradient. */
    Bounded siluBackward(Bounded x, double[] dy) {
        Bounded dx = new Bounded(dy.length);
        for (int i = 0; i < dy.length; i++) {
            double value = x.values()[i];
            double sigmoid = sigmoid(value);
            double slope = sigmoid + value * sigmoid * (1 - sigmoid);
            double limit = (SIGMOID + roundings.growth(6)) * (1 + Math.abs(value)) + 0.5 * x.limits()[i];
            dx.set(i, dy[i] * slope, Math.abs(dy[i]) * limit);
        }
        return dx;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
