package io.github.marspark.model.tensor;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The normalisation of {@link ExactKernels}: of rows, or of the groups of channels of images. With mean {@code m}, its
 * reciprocal standard deviation {@code r} and {@code n} values, a set's mean is wrong by a share of the values' mean
 * magnitude that n roundings make, and r by half as much of itself as the mean of the squares is.
 *
 * <p>{@code C} channels of a row, each with a weight and a bias.
 */
final class ExactNormalization {
    private final Roundings roundings;
    private final int[][] sets;
    private final int channels;

    private ExactNormalization(Roundings roundings, int[][] sets, int channels) {
        this.roundings = roundings;
        this.sets = sets;
        this.channels = channels;
    }

    static ExactNormalization ofRows(Roundings roundings, int rows, int columns) {
        int[][] sets = new int[rows][];
        Arrays.setAll(
                sets, row -> IntStream.range(row * columns, (row + 1) * columns).toArray());
        return new ExactNormalization(roundings, sets, columns);
    }

    static ExactNormalization ofGroups(Roundings roundings, GroupNorm norm, int rows, int channels) {
        int pixels = rows / norm.batch();
        int width = channels / norm.groups();
        int[][] sets = new int[norm.batch() * norm.groups()][];
        Arrays.setAll(sets, set -> {
            int first = set / norm.groups() * pixels * channels + set % norm.groups() * width;
            return IntStream.range(0, pixels * width)
                    .map(i -> first + i / width * channels + i % width)
                    .toArray();
        });
        return new ExactNormalization(roundings, sets, channels);
    }

    /** Mean and reciprocal standard deviation of each set. */
    Bounded moments(double[] x, double epsilon) {
        Bounded moments = new Bounded(2 * sets.length);
        for (int s = 0; s < sets.length; s++) {
            int[] set = sets[s];
            double mean = mean(set, i -> x[i]);
            double variance = mean(set, i -> (x[i] - mean) * (x[i] - mean));
            double scale = 1 / Math.sqrt(variance + epsilon);
            double offMean = roundings.growth(set.length + 1) * mean(set, i -> Math.abs(x[i]));
            double share = roundings.growth(set.length + 4) / 2 + roundings.growth(3) + square(offMean * scale) / 2;
            moments.set(2 * s, mean, offMean);
            moments.set(2 * s + 1, scale, share * scale);
        }
        return moments;
    }

    /** {@code (x - m) r weight + bias} of the moments that {@link #moments} found. */
    Bounded forward(double[] x, Bounded moments, double[] weight, double[] bias) {
        Bounded y = new Bounded(x.length);
        for (int s = 0; s < sets.length; s++) {
            double mean = moments.values()[2 * s];
            double scale = moments.values()[2 * s + 1];
            for (int i : sets[s]) {
                double w = weight[i % channels];
                double b = bias[i % channels];
                double value = (x[i] - mean) * scale * w;
                double magnitude = (Math.abs(x[i]) + Math.abs(mean)) * scale * Math.abs(w) + Math.abs(b);
                double ofMoments = Math.abs(w) * scale * moments.limits()[2 * s]
                        + Math.abs(value) * moments.limits()[2 * s + 1] / scale;
                y.set(i, value + b, ofMoments + roundings.growth(6) * magnitude);
            }
        }
        return y;
    }

    /** {@code (x - m) r} of given moments. */
    double[] normal(double[] x, double[] moments) {
        double[] normal = new double[x.length];
        for (int s = 0; s < sets.length; s++) {
            for (int i : sets[s]) {
                normal[i] = (x[i] - moments[2 * s]) * moments[2 * s + 1];
            }
        }
        return normal;
    }

    /** {@code normal weight + bias}. */
    Bounded affine(double[] normal, double[] weight, double[] bias) {
        Bounded y = new Bounded(normal.length);
        for (int i = 0; i < normal.length; i++) {
            double product = normal[i] * weight[i % channels];
            double b = bias[i % channels];
            y.set(i, product + b, roundings.growth(4) * (Math.abs(product) + Math.abs(b)));
        }
        return y;
    }

    /** {@code (g - mean(g) - normal mean(g normal)) r} over each set, where g is the gradient times the weight. */
    Bounded backward(double[] normal, double[] moments, Bounded gradient, double[] weight) {
        Bounded dx = new Bounded(normal.length);
        Bounded g = new Bounded(normal.length);
        for (int i = 0; i < normal.length; i++) {
            double w = weight[i % channels];
            double value = gradient.values()[i] * w;
            g.set(i, value, gradient.limits()[i] * Math.abs(w) + roundings.growth(1) * Math.abs(value));
        }
        for (int s = 0; s < sets.length; s++) {
            backward(sets[s], normal, moments[2 * s + 1], g, dx);
        }
        return dx;
    }

    private void backward(int[] set, double[] normal, double scale, Bounded g, Bounded dx) {
        double mean = mean(set, i -> g.values()[i]);
        double product = mean(set, i -> g.values()[i] * normal[i]);
        double offMean = mean(set, i -> g.limits()[i] + roundings.growth(set.length + 1) * Math.abs(g.values()[i]));
        double offProduct = mean(
                set,
                i -> Math.abs(normal[i])
                        * (g.limits()[i] + roundings.growth(set.length + 4) * Math.abs(g.values()[i])));
        for (int i : set) {
            double off = g.limits()[i] + offMean + Math.abs(normal[i]) * offProduct;
            double magnitude = Math.abs(g.values()[i]) + Math.abs(mean) + Math.abs(normal[i] * product);
            dx.set(
                    i,
                    (g.values()[i] - mean - normal[i] * product) * scale,
                    Math.abs(scale) * (off + roundings.growth(6) * magnitude));
        }
    }

    /** Sums over all rows of the gradient times {@code factor}, channel by channel. */
    Bounded parameterGradient(Bounded gradient, double[] factor) {
        int rows = factor.length / channels;
        Bounded sums = new Bounded(channels);
        for (int i = 0; i < factor.length; i++) {
            double term = gradient.values()[i] * factor[i];
            sums.values()[i % channels] += term;
            sums.limits()[i % channels] +=
                    gradient.limits()[i] * Math.abs(factor[i]) + roundings.growth(rows + 4) * Math.abs(term);
        }
        return sums;
    }

    private static double mean(int[] set, IntToDoubleFunction of) {
        double sum = 0;
        for (int i : set) {
            sum += of.applyAsDouble(i);
        }
        return sum / set.length;
    }

    private static double square(double x) {
        return x * x;
    }
}
