package io.github.marspark.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.cuda.Emulation;
import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.tensor.Kernels.Operand;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels of a GPU, blocks first to last with one thread and last to first with more. */
class CudaKernelsTest extends KernelsContract {
    private static Gpu gpu;

    @BeforeAll
    static void open() {
        gpu = Emulation.open();
    }

    @AfterAll
    static void close() {
        if (gpu != null) {
            gpu.close();
        }
    }

    @AfterEach
    void inOrder() {
        Emulation.reverse(false);
    }

    @Override
    Kernels kernels(int threads) {
        Emulation.reverse(threads > 1);
        return GuardedKernels.of(new CudaKernels(gpu, new Threads(1)));
    }

    /** What is fused, against the same in double precision one after another, with the limits of its sums. */
    @ParameterizedTest
    @CsvSource({"1,5,7,3", "2,70,129,65"})
    void biasesThatOtherOperationsAdd(int threads, int rows, int columns, int inner) {
        Random random = new Random(3);
        float[] a = gaussians(random, rows * inner);
        float[] b = gaussians(random, inner * columns);
        float[] bias = gaussians(random, columns);
        float[] x = gaussians(random, rows * columns);
        Dropout dropout = new Dropout(0.25f, new int[] {11});
        double[] sums = new double[rows * columns];
        double[] limits = new double[sums.length];
        for (int i = 0; i < sums.length; i++) {
            double magnitude = Math.abs(bias[i % columns]);
            sums[i] = bias[i % columns];
            for (int k = 0; k < inner; k++) {
                double term = (double) a[i / columns * inner + k] * b[k * columns + i % columns];
                sums[i] += term;
                magnitude += Math.abs(term);
            }
            limits[i] = RoundingLimit.of(inner + 2) * magnitude;
        }
        Kernels kernels = kernels(threads);
        Matrix left = Matrix.of(a, rows);
        Matrix right = Matrix.of(b, inner);
        Matrix hidden = Matrix.of(new float[sums.length], rows);
        Matrix y = Matrix.of(new float[sums.length], rows);
        kernels.linearGelu(left, right, Operand.PLAIN, Matrix.of(bias, 1), dropout, hidden, y);
        Closeness.assertWithin("hidden", Closeness.widen(hidden.toFloats()), sums, i -> limits[i]);
        Matrix alone = Matrix.of(new float[sums.length], rows);
        kernels.gelu(hidden, dropout, alone);
        assertThat(y.toFloats()).isEqualTo(alone.toFloats());
        Matrix z = Matrix.of(new float[sums.length], rows);
        kernels.linearResidual(left, right, Operand.PLAIN, Matrix.of(bias, 1), Matrix.of(x, rows), dropout, z);
        double[] residual = new double[sums.length];
        Arrays.setAll(residual, i -> x[i] + (dropout.keeps(0, i) ? sums[i] * dropout.scale() : 0));
        Closeness.assertWithin(
                "residual",
                Closeness.widen(z.toFloats()),
                residual,
                i -> 2 * limits[i] + RoundingLimit.of(3) * (Math.abs(x[i]) + 2 * Math.abs(sums[i])));
    }

    /** The sum over several blocks of squares that are exact in float64, so that no order of theirs may show. */
    @ParameterizedTest
    @CsvSource({"1,1", "2,257", "2,20011"})
    void squares(int threads, int length) {
        Emulation.reverse(threads > 1);
        CudaVectors vectors = new CudaKernels(gpu, new Threads(1)).vectors();
        MatrixStorage values = vectors.zeros(length);
        float[] halves = new float[length];
        double expected = 0;
        for (int i = 0; i < length; i++) {
            halves[i] = (i % 7 - 3) / 2f;
            expected += halves[i] * halves[i];
        }
        values.write(0, halves, 0, length);
        MatrixStorage sums = vectors.sums(2);
        vectors.sumSquares(Matrix.part(values, 0, 1, length), sums, 1);
        assertThat(vectors.read(sums)).containsExactly(0, expected);
    }

    private static float[] gaussians(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
