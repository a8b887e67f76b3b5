package io.github.marspark.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.tensor.ConvolutionShape.Extent;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Convolutions and pooling over windows of any form, on both kinds of kernels, against loops in double precision. */
class WindowKernelsTest {
    private static final double UNIT = 0x1p-24;

    private final Random random = new Random(11);

    static List<Extent> extents() {
        return List.of(
                new Extent(9, 3, 1, 1, 1), // as before
                new Extent(9, 3, 2, 0, 0), // strides without zeros
                new Extent(8, 1, 1, 0, 0), // single pixels
                new Extent(10, 7, 1, 3, 3), // a long kernel
                new Extent(6, 5, 3, 2, 1), // zeros on one side more
                new Extent(4, 4, 4, 0, 0)); // the whole image
    }

    static Stream<ConvolutionShape> shapes() {
        return extents().stream()
                .flatMap(rows -> extents().stream().map(columns -> new ConvolutionShape(2, rows, columns)));
    }

    private static Stream<Kernels> kernels() {
        return Stream.of(
                new CpuKernels(new Threads(1)), new CpuKernels(new Threads(3)), new Nd4jKernels(DataType.FLOAT));
    }

    private float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** A tap of an output of an image and what it meets. */
    @FunctionalInterface
    private interface Meeting {
        void of(int input, int output, int tap);
    }

    /** Goes through all outputs and those of their taps that lie inside the image. */
    private static void meet(ConvolutionShape shape, Meeting meeting) {
        Extent rows = shape.rows();
        Extent columns = shape.columns();
        for (int output = 0; output < shape.outputRows(); output++) {
            int image = output / (rows.outputs() * columns.outputs());
            int row = output / columns.outputs() % rows.outputs() * rows.stride() - rows.before();
            int column = output % columns.outputs() * columns.stride() - columns.before();
            for (int tap = 0; tap < shape.taps(); tap++) {
                int y = row + tap / columns.kernel();
                int x = column + tap % columns.kernel();
                if (y >= 0 && y < rows.length() && x >= 0 && x < columns.length()) {
                    meeting.of((image * rows.length() + y) * columns.length() + x, output, tap);
                }
            }
        }
    }

    /** Values and the sums of their terms' magnitudes, which bound their rounding. */
    private static final class Sums {
        private final double[] values;
        private final double[] magnitudes;
        private int terms;

        Sums(int count) {
            this.values = new double[count];
            this.magnitudes = new double[count];
        }

        void add(int i, double term) {
            values[i] += term;
            magnitudes[i] += Math.abs(term);
        }

        /** A sum of n terms in any order errs by n units of their magnitudes at most. */
        void assertClose(float[] actual) {
            assertThat(actual).hasSize(values.length);
            for (int i = 0; i < actual.length; i++) {
                assertThat((double) actual[i])
                        .as("element %s", i)
                        .isCloseTo(values[i], Offset.offset(2 * (terms + 2) * UNIT * magnitudes[i] + 1e-30));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void convolutionsOfAnyForm(ConvolutionShape shape) {
        for (int channels : new int[] {3, 11}) { // few are copied another way than many
            convolution(shape, channels, 4);
        }
    }

    private void convolution(ConvolutionShape shape, int in, int out) {
        float[] x = values(shape.inputRows() * in);
        float[] dy = values(shape.outputRows() * out);
        float[] weight = values(out * in * shape.taps());
        float[] bias = values(out);
        Sums y = new Sums(dy.length);
        Sums dx = new Sums(x.length);
        Sums dWeight = new Sums(weight.length);
        for (int i = 0; i < dy.length; i++) {
            y.add(i, bias[i % out]);
        }
        meet(shape, (input, output, tap) -> {
            for (int i = 0; i < in * out; i++) {
                int a = input * in + i / out;
                int b = output * out + i % out;
                int w = (i % out * in + i / out) * shape.taps() + tap;
                y.add(b, (double) x[a] * weight[w]);
                dx.add(a, (double) dy[b] * weight[w]);
                dWeight.add(w, (double) dy[b] * x[a]);
            }
        });
        y.terms = in * shape.taps();
        dx.terms = out * shape.taps();
        dWeight.terms = shape.outputRows();
        kernels().forEach(kernels -> {
            y.assertClose(convolution(kernels, shape, x, weight, bias, 1));
            y.assertClose(convolution(kernels, shape, x, weight, bias, 3));
            Matrix gradient = Matrix.of(new float[x.length], shape.inputRows());
            Matrix weights = Matrix.of(weight, out);
            kernels.convolutionBackwardInput(Matrix.of(dy, shape.outputRows()), shape, weights, gradient, 0);
            dx.assertClose(gradient.toFloats());
            Matrix ofWeight = Matrix.of(new float[weight.length], out);
            Matrix images = Matrix.of(x, shape.inputRows());
            kernels.convolutionBackwardWeight(images, Matrix.of(dy, shape.outputRows()), shape, ofWeight, 0);
            dWeight.assertClose(ofWeight.toFloats());
        });
    }

    /** The outputs written to the second of some parts of the columns of a matrix. */
    private static float[] convolution(
            Kernels kernels, ConvolutionShape shape, float[] x, float[] weight, float[] bias, int parts) {
        int out = bias.length;
        Matrix all = Matrix.of(new float[shape.outputRows() * out * parts], shape.outputRows());
        Matrix y = parts == 1 ? all : all.columns(out, 2 * out);
        kernels.convolution(Matrix.of(x, shape.inputRows()), shape, Matrix.of(weight, out), Matrix.of(bias, 1), y);
        return y.toFloats();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void maximaAndMeansOfWindows(ConvolutionShape shape) {
        int channels = 5;
        float[] x = values(shape.inputRows() * channels);
        int outputs = shape.outputRows() * channels;
        float[] largest = new float[outputs];
        Arrays.fill(largest, Float.NEGATIVE_INFINITY);
        int[] counts = new int[outputs];
        meet(shape, (input, output, tap) -> {
            for (int channel = 0; channel < channels; channel++) {
                int i = output * channels + channel;
                largest[i] = Math.max(largest[i], x[input * channels + channel]);
                counts[i]++;
            }
        });
        Sums means = new Sums(outputs);
        means.terms = shape.taps();
        meet(shape, (input, output, tap) -> {
            for (int channel = 0; channel < channels; channel++) {
                int i = output * channels + channel;
                means.add(i, (double) x[input * channels + channel] / counts[i]);
            }
        });
        kernels().forEach(kernels -> {
            Matrix images = Matrix.of(x, shape.inputRows());
            Matrix y = Matrix.of(new float[3 * outputs], shape.outputRows()).columns(channels, 2 * channels);
            kernels.maximum(images, shape, y);
            assertThat(y.toFloats()).isEqualTo(largest);
            kernels.average(images, shape, y);
            means.assertClose(y.toFloats());
        });
    }

    @Test
    void whatIsNotPositiveBecomesZero() {
        float[] x = {-1, 0, 2, -0.5f, Float.MIN_VALUE, 3};
        kernels().forEach(kernels -> {
            Matrix y = Matrix.of(x.clone(), 2);
            kernels.relu(y, y);
            assertThat(y.toFloats()).containsExactly(0, 0, 2, 0, Float.MIN_VALUE, 3);
        });
    }

    @Test
    void formsThatAreNoneAreRefused() {
        assertRefused(() -> new Extent(0, 1, 1, 0, 0), "length is 0, must be at least 1");
        assertRefused(() -> new Extent(3, 0, 1, 0, 0), "kernel is 0, must be at least 1");
        assertRefused(() -> new Extent(3, 1, 0, 0, 0), "stride is 0, must be at least 1");
        assertRefused(() -> new Extent(3, 1, 1, -1, 0), "before is -1, must be at least 0");
        assertRefused(() -> new Extent(3, 1, 1, 0, -1), "after is -1, must be at least 0");
        assertRefused(() -> new Extent(3, 1, 2, 0, 0), "stride is 2, must be at most the kernel's 1");
        assertRefused(
                () -> new Extent(3, 5, 1, 1, 0),
                "an image of 3 pixels with 1 + 0 zeros around is smaller than the kernel's 5");
        assertRefused(() -> ConvolutionShape.same(0, 3, 3, 3), "batch is 0, must be at least 1");
    }

    private static void assertRefused(Runnable made, String message) {
        assertThatThrownBy(made::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
