package io.github.marspark.data.image;

import static io.github.marspark.data.image.RgbImage.CHANNELS;

import java.util.Arrays;

/**
 * Separable resampling of 8-bit images with Pillow's arithmetic, level for level.
 *
 * <p>Each output sample is a weighted sum of the input samples under the filter, which is stretched by the scale when
 * the image shrinks (so there is no aliasing). Columns come first and are rounded to 8 bits before the rows. Weights
 * are normalised in double precision, then held as integers with {@value #PRECISION_BITS} fraction bits.
 *
 * <p>Java's own scaling ({@code Graphics2D}, {@code AffineTransformOp}) reads at most four by four pixels and differs
 * by tens of levels. Immutable.
 *
 * @see <a href="https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters">Pillow's filters</a>
 */
enum Resampler {
    /** Average of the pixels that an output pixel covers. */
    BOX(0.5) {
        @Override
        double weight(double x) {
            return x > -0.5 && x <= 0.5 ? 1 : 0;
        }
    },

    /** Keys' cubic convolution with {@code a = -0.5}. */
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double distance = Math.abs(x);
            if (distance < 1) {
                return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
            }
            return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * A : 0;
        }
    };

    private static final double A = -0.5;

    /** 32 bits less 8 for the sample and 2 for weights that overshoot 1. */
    private static final int PRECISION_BITS = 32 - 8 - 2;

    private static final int HALF = 1 << (PRECISION_BITS - 1);

    private final double support;

    Resampler(double support) {
        this.support = support;
    }

    /** The filter at {@code x}, in units of its own scale. */
    abstract double weight(double x);

    /**
     * Resizes a whole image.
     *
     * @param image {@code (h, w, 3)}
     * @param width columns of the result
     * @param height rows of the result
     * @return {@code (height, width, 3)}
     */
    RgbImage resize(RgbImage image, int width, int height) {
        return resize(image, new Span(width, 0, width), new Span(height, 0, height));
    }

    /**
     * Computes a part of a resized image.
     *
     * @param image {@code (h, w, 3)}
     * @param columns the columns wanted, of how many
     * @param rows the rows wanted, of how many
     * @return {@code (rows.count, columns.count, 3)}
     */
    RgbImage resize(RgbImage image, Span columns, Span rows) {
        Taps across = Taps.of(this, image.width(), columns);
        Taps down = Taps.of(this, image.height(), rows);
        int top = down.first(0);
        int bottom = down.end(rows.count() - 1);
        byte[] narrow = acrossRows(image, across, top, bottom); // (bottom - top, columns.count, 3)
        byte[] samples = downColumns(narrow, columns.count() * CHANNELS, down, top);
        return new RgbImage(columns.count(), rows.count(), samples);
    }

    private static byte[] acrossRows(RgbImage image, Taps taps, int top, int bottom) {
        byte[] result = new byte[(bottom - top) * taps.outputs() * CHANNELS];
        int to = 0;
        for (int y = top; y < bottom; y++) {
            int row = y * image.width() * CHANNELS;
            for (int output = 0; output < taps.outputs(); output++, to += CHANNELS) {
                sumAcross(image.samples(), row + taps.first(output) * CHANNELS, taps.weights[output], result, to);
            }
        }
        return result;
    }

    private static void sumAcross(byte[] samples, int from, int[] weights, byte[] result, int to) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int at = from;
        for (int weight : weights) {
            red += (samples[at] & 0xff) * weight;
            green += (samples[at + 1] & 0xff) * weight;
            blue += (samples[at + 2] & 0xff) * weight;
            at += CHANNELS;
        }
        result[to] = clamped(red);
        result[to + 1] = clamped(green);
        result[to + 2] = clamped(blue);
    }

    private static byte[] downColumns(byte[] samples, int rowBytes, Taps taps, int top) {
        byte[] result = new byte[taps.outputs() * rowBytes];
        for (int output = 0; output < taps.outputs(); output++) {
            int from = (taps.first(output) - top) * rowBytes;
            int[] weights = taps.weights[output];
            for (int at = 0; at < rowBytes; at++) {
                result[output * rowBytes + at] = clamped(sumDown(samples, from + at, rowBytes, weights));
            }
        }
        return result;
    }

    private static int sumDown(byte[] samples, int from, int rowBytes, int[] weights) {
        int sum = HALF;
        int at = from;
        for (int weight : weights) {
            sum += (samples[at] & 0xff) * weight;
            at += rowBytes;
        }
        return sum;
    }

    private static byte clamped(int sum) {
        return (byte) Math.min(Math.max(sum >> PRECISION_BITS, 0), 255);
    }

    /**
     * Consecutive pixels along one side of a resized image.
     *
     * @param size pixels of the whole side
     * @param start the first pixel wanted
     * @param count how many are wanted
     */
    record Span(long size, long start, int count) {}

    /** The weights of every output pixel of a span, and where along the input they begin. */
    private static final class Taps {
        private final int[] first;
        private final int[][] weights;

        private Taps(int outputs) {
            this.first = new int[outputs];
            this.weights = new int[outputs][];
        }

        static Taps of(Resampler filter, int inputs, Span span) {
            double scale = inputs / (double) span.size();
            double stretch = Math.max(scale, 1);
            double reach = filter.support * stretch;
            Taps taps = new Taps(span.count());
            for (int output = 0; output < span.count(); output++) {
                double center = (span.start() + output + 0.5) * scale;
                int first = Math.max((int) (center - reach + 0.5), 0);
                int end = Math.min((int) (center + reach + 0.5), inputs);
                taps.first[output] = first;
                taps.weights[output] = fixedPoint(filter.weights(first, end, center, stretch));
            }
            return taps;
        }

        int outputs() {
            return first.length;
        }

        int first(int output) {
            return first[output];
        }

        int end(int output) {
            return first[output] + weights[output].length;
        }

        private static int[] fixedPoint(double[] weights) {
            return Arrays.stream(weights)
                    .mapToInt(weight -> (int) (Math.copySign(0.5, weight) + weight * (1 << PRECISION_BITS)))
                    .toArray();
        }
    }

    private double[] weights(int first, int end, double center, double stretch) {
        double[] weights = new double[end - first];
        double sum = 0;
        for (int tap = 0; tap < weights.length; tap++) {
            weights[tap] = weight((tap + first - center + 0.5) * (1 / stretch));
            sum += weights[tap];
        }
        for (int tap = 0; tap < weights.length && sum != 0; tap++) {
            weights[tap] /= sum;
        }
        return weights;
    }
}
