package io.github.marspark.model.tensor;

import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.tensor.GroupNorm.Activation;
import io.github.marspark.model.tensor.Kernels.Operand;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels compute every operation as closely to the exact result as their arithmetic allows: no farther from
 * {@link ExactKernels} than the limit that it gives for each element.
 */
abstract class KernelsContract {
    private static final long SEED = 7;

    private final Random random = new Random(SEED);

    /** The kernels to test, for a number of threads. */
    abstract Kernels kernels(int threads);

    /** What they compute with. */
    DataType type() {
        return DataType.FLOAT;
    }

    /** What the limits of float32 are multiplied by. */
    double precision() {
        return 1;
    }

    private Matrix matrix(double[] values, int rows) {
        return Matrix.of(Nd4j.createFromArray(values).castTo(DataType.FLOAT).castTo(type()), rows);
    }

    private Matrix random(int rows, int columns) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> 3 * random.nextGaussian());
        return matrix(values, rows);
    }

    /** Sets of rows that are ordinary, hardly vary at all, or vary little around a large mean, in turns. */
    private Matrix uneven(int rows, int columns, int rowsASet) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> {
            double value = random.nextGaussian();
            int kind = i / (columns * rowsASet) % 3;
            return kind == 0 ? 3 * value : kind == 1 ? 1e-3 * value : 30 + value;
        });
        return matrix(values, rows);
    }

    /** Runs the same on both kernels, with outputs of one shape. */
    private void agree(int threads, int outputs, int rows, int columns, BiConsumer<Kernels, Matrix[]> operation) {
        int[][] shapes = new int[outputs][];
        Arrays.fill(shapes, new int[] {rows, columns});
        agree(threads, shapes, operation);
    }

    /** Runs the same on both kernels, with outputs of some shapes that start from the same values. */
    private void agree(int threads, int[][] shapes, BiConsumer<Kernels, Matrix[]> operation) {
        Matrix[] expected = new Matrix[shapes.length];
        Matrix[] actual = new Matrix[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            actual[i] = random(shapes[i][0], shapes[i][1]);
            expected[i] = Matrix.of(Nd4j.createFromArray(Doubles.of(actual[i]).values()), shapes[i][0]);
        }
        ExactKernels exact = ExactKernels.withLimits();
        operation.accept(exact, expected);
        operation.accept(kernels(threads), actual);
        for (int i = 0; i < shapes.length; i++) {
            double[] limits = exact.limits(expected[i]);
            Closeness.assertWithin(
                    "output %d of seed %d".formatted(i, SEED),
                    Doubles.of(actual[i]).values(),
                    Doubles.of(expected[i]).values(),
                    element -> precision() * limits[element]);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,5,7,3", "2,300,129,65", "2,64,700,40"})
    void products(int threads, int rows, int columns, int inner) {
        Matrix a = random(rows, inner);
        Matrix b = random(inner, columns);
        Matrix at = random(inner, rows);
        Matrix bt = random(columns, inner);
        agree(threads, 1, rows, columns, (k, y) -> k.multiply(a, Operand.PLAIN, b, Operand.PLAIN, y[0], 0));
        agree(threads, 1, rows, columns, (k, y) -> k.multiply(a, Operand.PLAIN, bt, Operand.TRANSPOSED, y[0], 1));
        agree(threads, 1, rows, columns, (k, y) -> k.multiply(at, Operand.TRANSPOSED, b, Operand.PLAIN, y[0], 1));
        Matrix bias = random(1, columns);
        agree(threads, 1, rows, columns, (k, y) -> k.linear(a, b, Operand.PLAIN, bias, y[0]));
        agree(threads, 1, rows, columns, (k, y) -> k.linear(a, bt, Operand.TRANSPOSED, bias, y[0]));
    }

    @ParameterizedTest
    @CsvSource({"1,3,5", "2,200,384", "2,5000,9"})
    void elementwise(int threads, int n, int d) {
        Matrix x = random(n, d);
        Matrix u = random(n, d);
        Matrix w = random(n, 3 * d).columns(d, 2 * d);
        agree(threads, 1, n, d, (k, y) -> k.copy(w, y[0], 1));
        agree(threads, 1, n, d, (k, y) -> k.zero(y[0]));
        agree(threads, 1, n, d, (k, y) -> k.gelu(x, Dropout.NONE, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.geluBackward(x, Dropout.NONE, u, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.silu(x, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.relu(x, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.siluBackward(x, u, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.modulate(x, u, w, y[0]));
        agree(threads, 3, n, d, (k, y) -> k.modulateBackward(x, w, u, y[0], y[1], y[2]));
        agree(threads, 1, n, d, (k, y) -> k.gate(x, w, u, y[0]));
        agree(threads, 2, n, d, (k, y) -> k.gateBackward(w, u, x, y[0], y[1]));
    }

    @ParameterizedTest
    @CsvSource({"1,6,5", "2,600,96"})
    void rows(int threads, int n, int d) {
        Matrix x = random(n, d);
        Matrix row = random(1, d);
        int[] index = random.ints(n, -1, n).toArray();
        Dropout dropout = new Dropout(0.25f, new int[] {3, -9});
        agree(threads, 1, n, d, (k, y) -> k.fillRows(row, y[0]));
        agree(threads, 1, 1, d, (k, y) -> k.sumRows(x, y[0], 1));
        agree(threads, 1, n, d, (k, y) -> k.gatherRows(x, index, y[0], 1));
        agree(threads, 1, n, d, (k, y) -> k.scatterAddRows(x, index, y[0]));
        Matrix part = random(n, 2 * d).columns(1, d + 1);
        agree(threads, 1, n, d, (k, y) -> k.dropout(x, dropout, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.dropout(part, dropout, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.residual(x, part, dropout, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.residual(part, x, Dropout.NONE, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.gelu(x, dropout, y[0]));
        agree(threads, 1, n, d, (k, y) -> k.geluBackward(x, dropout, part, y[0]));
    }

    @ParameterizedTest
    @CsvSource({"1,6,5", "2,600,96", "2,40,1024"})
    void normalisation(int threads, int n, int d) {
        Matrix x = uneven(n, d, 1);
        Matrix dy = random(n, d);
        Matrix weight = random(1, d);
        Matrix bias = random(1, d);
        Matrix moments = random(n, 2);
        int[][] forward = {{n, 2}, {n, d}};
        agree(threads, forward, (k, y) -> k.layerNorm(x, weight, bias, 1e-6f, y[0], y[1]));
        agree(threads, forward, (k, y) -> k.normalize(x, 1e-6f, y[0], y[1]));
        int[][] backward = {{n, d}, {1, d}, {1, d}};
        agree(threads, backward, (k, y) -> k.layerNormBackward(x, weight, moments, dy, y[0], 1, y[1], y[2], 0));
        agree(threads, backward, (k, y) -> k.layerNormBackward(x, weight, moments, dy, y[0], 0, y[1], y[2], 1));
        agree(threads, 1, n, d, (k, y) -> k.normalizeBackward(x, moments, dy, y[0], 1));
    }

    @ParameterizedTest
    @CsvSource({
        "1,2,3,3,2,ALL,0",
        "2,2,33,33,4,ALL,0",
        "2,2,33,33,4,ALL,0.2",
        "2,2,150,210,5,ALL,0.2",
        "2,1,600,20,2,ALL,0",
        "1,3,1,1,2,UP_TO_ITSELF,0",
        "1,2,3,3,2,UP_TO_ITSELF,0",
        "2,2,33,33,4,UP_TO_ITSELF,0.2",
        "2,1,150,150,5,UP_TO_ITSELF,0"
    })
    void attention(int threads, int batch, int queries, int keys, int heads, Sight sight, float rate) {
        int width = heads * 8;
        Dropout dropout = rate == 0 ? Dropout.NONE : new Dropout(rate, new int[] {1, 2});
        Matrix q = random(batch * queries, width);
        Matrix k = random(batch * keys, width);
        Matrix v = random(batch * keys, 2 * width).columns(3, width + 3);
        Matrix dy = random(batch * queries, width);
        int[] ofQueries = {batch * queries, width};
        int[] ofKeys = {batch * keys, width};
        agree(threads, new int[][] {ofQueries, ofQueries, ofKeys, ofKeys}, (kernels, y) -> {
            Matrix probabilities = kernels.allocate(batch * heads * queries, keys);
            kernels.attention(q, k, v, batch, heads, sight, dropout, probabilities, y[0]);
            kernels.attentionBackward(q, k, v, batch, heads, sight, dropout, probabilities, dy, y[1], y[2], y[3]);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,3,4,3,3,1,1,1",
        "2,3,5,7,3,20,1,1,1",
        "2,2,33,29,20,3,1,1,1",
        "2,3,40,24,16,24,1,1,1",
        "2,2,8,6,12,10,2,0,1",
        "2,1,9,7,3,5,2,1,1"
    })
    void convolutions(
            int threads, int batch, int height, int width, int in, int out, int stride, int before, int after) {
        ConvolutionShape shape = new ConvolutionShape(batch, height, width, 3, stride, before, after);
        Matrix x = random(shape.inputRows(), in);
        Matrix dy = random(shape.outputRows(), out);
        Matrix weight = random(out, 9 * in);
        Matrix bias = random(1, out);
        agree(threads, 1, shape.outputRows(), out, (k, y) -> k.convolution(x, shape, weight, bias, y[0]));
        agree(threads, 1, shape.inputRows(), in, (k, y) -> k.convolutionBackwardInput(dy, shape, weight, y[0], 0));
        agree(threads, 1, shape.inputRows(), in, (k, y) -> k.convolutionBackwardInput(dy, shape, weight, y[0], 1));
        agree(threads, 1, out, 9 * in, (k, y) -> k.convolutionBackwardWeight(x, dy, shape, y[0], 0));
        agree(threads, 1, out, 9 * in, (k, y) -> k.convolutionBackwardWeight(x, dy, shape, y[0], 1));
    }

    @ParameterizedTest
    @CsvSource({"1,1,7,4,2,NONE", "2,3,2100,32,32,SILU", "2,2,1030,96,32,NONE", "1,2,60,64,8,SILU"})
    void groupNorms(int threads, int batch, int pixels, int channels, int groups, Activation activation) {
        GroupNorm norm = new GroupNorm(batch, groups, activation);
        int n = batch * pixels;
        Matrix x = uneven(n, channels, pixels);
        Matrix dy = random(n, channels);
        Matrix weight = random(1, channels);
        Matrix bias = random(1, channels);
        Matrix moments = random(batch * groups, 2);
        int[][] forward = {{batch * groups, 2}, {n, channels}};
        agree(threads, forward, (k, y) -> k.groupNorm(x, norm, weight, bias, y[0], y[1]));
        int[][] backward = {{n, channels}, {1, channels}, {1, channels}};
        agree(
                threads,
                backward,
                (k, y) -> k.groupNormBackward(x, norm, weight, bias, moments, dy, y[0], 1, y[1], y[2], 0));
        agree(
                threads,
                backward,
                (k, y) -> k.groupNormBackward(x, norm, weight, bias, moments, dy, y[0], 0, y[1], y[2], 1));
    }

    @ParameterizedTest
    @CsvSource({"1,1,2,3,2", "2,3,16,20,24"})
    void upsampling(int threads, int batch, int height, int width, int channels) {
        int n = batch * height * width;
        Matrix x = random(n, channels);
        Matrix dy = random(4 * n, channels);
        agree(threads, 1, 4 * n, channels, (k, y) -> k.upsample(x, width, y[0]));
        agree(threads, 1, n, channels, (k, y) -> k.upsampleBackward(dy, width, y[0], 0));
        agree(threads, 1, n, channels, (k, y) -> k.upsampleBackward(dy, width, y[0], 1));
    }
}
