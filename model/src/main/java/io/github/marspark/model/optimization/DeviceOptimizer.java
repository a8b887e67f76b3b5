package io.github.marspark.model.optimization;

import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.CudaVectors;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.MatrixStorage;
import java.util.List;
import java.util.stream.IntStream;

/**
 * AdamW, the moving average and the gradient's norm for a range of a network's parameters, all in the memory of the GPU that
 * computes the gradient. Parts are given by their index in the whole vector. Not thread-safe.
 */
public final class DeviceOptimizer {
    private final CudaVectors vectors;
    private final AdamW adamW;
    private final MatrixStorage parameters;
    private final MatrixStorage gradient;
    private final MatrixStorage first;
    private final MatrixStorage second;
    private final MatrixStorage average;
    private final long begin;
    private final int[] changes;

    /**
     * An optimiser before its first step, whose moments are 0 and whose average is {@linkplain #startAverage begun} or
     * {@linkplain #average written} before that.
     *
     * @param vectors of the kernels that compute
     * @param layout names and places of all parameters
     * @param parameters all of them, where these kernels have them
     * @param gradient as long
     * @param begin index of the first that it moves
     * @param length how many
     */
    public DeviceOptimizer(
            CudaVectors vectors,
            AdamW adamW,
            ParameterLayout layout,
            MatrixStorage parameters,
            MatrixStorage gradient,
            long begin,
            long length) {
        this.vectors = vectors;
        this.adamW = adamW;
        this.parameters = parameters;
        this.gradient = gradient;
        this.first = vectors.zeros(length);
        this.second = vectors.zeros(length);
        this.average = vectors.zeros(length);
        this.begin = begin;
        this.changes = changes(layout, begin, length);
    }

    /** Where weight decay begins or ends among the parameters of a range, counted from its first. */
    static int[] changes(ParameterLayout layout, long begin, long length) {
        IntStream.Builder found = IntStream.builder();
        WeightDecayRule before = WeightDecayRule.EXEMPT;
        List<ParameterSpec> specs = layout.specs();
        for (int i = 0; i < specs.size(); i++) {
            WeightDecayRule rule =
                    WeightDecayRule.of(specs.get(i).name(), specs.get(i).shape().length);
            if (layout.offset(i + 1) > begin && layout.offset(i) < begin + length && rule != before) {
                found.add((int) Math.max(0, layout.offset(i) - begin));
                before = rule;
            }
        }
        return found.build().toArray();
    }

    /** The values of the gradient. */
    public Matrix gradient(long from, int length) {
        return Matrix.part(gradient, from, 1, length);
    }

    /** The values of the parameters. */
    public Matrix parameters(long from, int length) {
        return Matrix.part(parameters, from, 1, length);
    }

    /** The whole vector of the first moments, of the range. */
    public MatrixStorage firstMoment() {
        return first;
    }

    /** The whole vector of the second moments, of the range. */
    public MatrixStorage secondMoment() {
        return second;
    }

    /** The whole vector of the moving average, of the range. */
    public MatrixStorage average() {
        return average;
    }

    private Matrix own(MatrixStorage vector, long from, int length) {
        return Matrix.part(vector, from - begin, 1, length);
    }

    /** Makes the moving average a copy of the parameters, as it is before the first step. */
    public void startAverage() {
        vectors.copy(Matrix.part(parameters, begin, 1, Math.toIntExact(average.length())), average);
    }

    /** Puts a part of the moving average where the parameters are, and those where it is; twice changes no bit. */
    public void swapAverage(long from, int length) {
        vectors.swap(parameters(from, length), own(average, from, length));
    }

    /**
     * Sums up the squares of a part of the gradient.
     *
     * @param sums places of {@link CudaVectors#sums}
     * @param place which of them
     */
    public void measure(long from, int length, MatrixStorage sums, int place) {
        vectors.sumSquares(gradient(from, length), sums, place);
    }

    /** Moves a part of the parameters. */
    public void update(long from, int length, OptimizerStep step) {
        List<Matrix> parts = List.of(
                parameters(from, length),
                gradient(from, length),
                own(first, from, length),
                own(second, from, length),
                own(average, from, length));
        vectors.adamW(parts, adamW.constants(step), changes, Math.toIntExact(from - begin));
    }
}
