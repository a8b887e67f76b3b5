package io.github.marspark.model.tensor;

import java.util.Arrays;

/** The sums of products of {@link ExactKernels}. */
final class ExactProducts {
    private final Roundings roundings;

    ExactProducts(Roundings roundings) {
        this.roundings = roundings;
    }

    /** {@code left right^T}, {@code (N, I)} by {@code (M, I)}. */
    Bounded multiply(Doubles left, Doubles right) {
        int inner = left.columns();
        double growth = roundings.growth(inner + 1);
        Bounded product = new Bounded(left.rows() * right.rows());
        for (int i = 0; i < left.rows(); i++) {
            for (int j = 0; j < right.rows(); j++) {
                double sum = 0;
                double magnitude = 0;
                for (int k = 0; k < inner; k++) {
                    double term = left.values()[i * inner + k] * right.values()[j * inner + k];
                    sum += term;
                    magnitude += Math.abs(term);
                }
                product.set(i * right.rows() + j, sum, growth * magnitude);
            }
        }
        return product;
    }

    /** The sum of the rows. */
    Bounded sumRows(Doubles x) {
        Bounded sums = new Bounded(x.columns());
        for (int i = 0; i < x.values().length; i++) {
            sums.values()[i % x.columns()] += x.values()[i];
            sums.limits()[i % x.columns()] += roundings.growth(x.rows()) * Math.abs(x.values()[i]);
        }
        return sums;
    }

    /** What a convolution does with each pair of pixels that a tap joins. */
    @FunctionalInterface
    private interface Pair {
        void meet(int input, int output, int tap);
    }

    private static void pairs(ConvolutionShape shape, Pair pair) {
        int width = shape.outputWidth();
        for (int output = 0; output < shape.outputRows(); output++) {
            int image = output / (shape.outputHeight() * width);
            int row = output / width % shape.outputHeight();
            for (int tap = 0; tap < shape.taps(); tap++) {
                int across = shape.columns().kernel();
                int y = row * shape.rows().stride()
                        + tap / across
                        - shape.rows().before();
                int x = output % width * shape.columns().stride()
                        + tap % across
                        - shape.columns().before();
                if (y >= 0 && y < shape.height() && x >= 0 && x < shape.width()) {
                    pair.meet((image * shape.height() + y) * shape.width() + x, output, tap);
                }
            }
        }
    }

    /** Adds a term to a sum, and its share of the limit. */
    private static void add(Bounded sums, int i, double term, double growth) {
        sums.values()[i] += term;
        sums.limits()[i] += growth * Math.abs(term);
    }

    private static int weightIndex(int output, int channel, int tap, int channels, int taps) {
        return (output * channels + channel) * taps + tap;
    }

    /** The largest value of each channel in a window. */
    static double[] maximum(Doubles x, ConvolutionShape shape) {
        double[] y = new double[shape.outputRows() * x.columns()];
        Arrays.fill(y, Double.NEGATIVE_INFINITY);
        pairs(shape, (input, output, tap) -> {
            for (int c = 0; c < x.columns(); c++) {
                int i = output * x.columns() + c;
                y[i] = Math.max(y[i], x.at(input, c));
            }
        });
        return y;
    }

    /** The mean of each channel over the pixels of a window. */
    Bounded average(Doubles x, ConvolutionShape shape) {
        int[] pixels = new int[shape.outputRows()];
        pairs(shape, (input, output, tap) -> pixels[output]++);
        double growth = roundings.growth(shape.taps() + 1);
        Bounded y = new Bounded(shape.outputRows() * x.columns());
        pairs(shape, (input, output, tap) -> {
            for (int c = 0; c < x.columns(); c++) {
                add(y, output * x.columns() + c, x.at(input, c) / pixels[output], growth);
            }
        });
        return y;
    }

    Bounded convolution(Doubles x, ConvolutionShape shape, Doubles weight, Doubles bias) {
        int taps = shape.taps();
        int channels = x.columns();
        int outputs = weight.rows();
        double growth = roundings.growth(taps * channels + 1);
        Bounded y = new Bounded(shape.outputRows() * outputs);
        for (int i = 0; i < y.values().length; i++) {
            add(y, i, bias.values()[i % outputs], growth);
        }
        pairs(shape, (input, output, tap) -> {
            for (int o = 0; o < outputs; o++) {
                for (int c = 0; c < channels; c++) {
                    double w = weight.values()[weightIndex(o, c, tap, channels, taps)];
                    add(y, output * outputs + o, w * x.at(input, c), growth);
                }
            }
        });
        return y;
    }

    Bounded convolutionBackwardInput(Doubles dy, ConvolutionShape shape, Doubles weight, int channels) {
        int taps = shape.taps();
        double growth = roundings.growth(taps * dy.columns() + 1);
        Bounded dx = new Bounded(shape.inputRows() * channels);
        pairs(shape, (input, output, tap) -> {
            for (int o = 0; o < dy.columns(); o++) {
                for (int c = 0; c < channels; c++) {
                    double w = weight.values()[weightIndex(o, c, tap, channels, taps)];
                    add(dx, input * channels + c, w * dy.at(output, o), growth);
                }
            }
        });
        return dx;
    }

    Bounded convolutionBackwardWeight(Doubles x, Doubles dy, ConvolutionShape shape) {
        int taps = shape.taps();
        int channels = x.columns();
        double growth = roundings.growth(dy.rows() + 1);
        Bounded dWeight = new Bounded(dy.columns() * channels * taps);
        pairs(shape, (input, output, tap) -> {
            for (int o = 0; o < dy.columns(); o++) {
                for (int c = 0; c < channels; c++) {
                    int i = weightIndex(o, c, tap, channels, taps);
                    add(dWeight, i, x.at(input, c) * dy.at(output, o), growth);
                }
            }
        });
        return dWeight;
    }
}
