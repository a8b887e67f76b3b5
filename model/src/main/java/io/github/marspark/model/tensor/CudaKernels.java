package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Gpu;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Kernels} on a GPU: products by cuBLAS, everything else by kernels of this program. Matrices lie in the GPU's
 * memory; operations are asked for one after another and done later, and reading a value waits for them.
 *
 * <p>No result depends on timing: sums have a fixed order. Memory is cut from a slab that is {@linkplain #reserve
 * reserved}, or from several that stay once they are there, so that a step of a size that was there before allocates
 * nothing. Not thread-safe: belongs to the thread that runs the tape.
 */
public final class CudaKernels implements Kernels, AutoCloseable {
    private final Gpu gpu;
    private final Threads threads;
    private final CudaOperations operations;
    private final CudaNorms norms;
    private final CudaAttention attention;
    private final CudaConvolution convolution;
    private final CudaLosses losses;
    private final CudaVectors vectors;
    private final IdentityHashMap<INDArray, DeviceStorage> residents = new IdentityHashMap<>();

    /**
     * Computes on a GPU.
     *
     * @param threads of the host, for what is no operation of these kernels
     */
    public CudaKernels(Gpu gpu, Threads threads) {
        this.gpu = gpu;
        this.threads = threads;
        this.operations = new CudaOperations(gpu);
        this.norms = new CudaNorms(operations);
        this.attention = new CudaAttention(operations);
        this.convolution = new CudaConvolution(operations);
        this.vectors = new CudaVectors(operations);
        this.losses = new CudaLosses(operations, vectors);
    }

    /** What computes. */
    public Gpu gpu() {
        return gpu;
    }

    /** What a step does with vectors of parameters. */
    public CudaVectors vectors() {
        return vectors;
    }

    /**
     * Takes the memory that matrices are cut from in one piece, before any is needed.
     *
     * @param bytes of the largest computation that is expected; a larger one takes more when it comes
     */
    public void reserve(long bytes) {
        operations.arena().reserve(bytes / Float.BYTES);
    }

    /** Bytes of the memory that matrices are cut from. */
    public long allocatedBytes() {
        return operations.arena().capacity() * Float.BYTES;
    }

    /** Gives all memory back and closes the GPU. */
    @Override
    public void close() {
        residents.values().forEach(storage -> gpu.free(storage.address()));
        residents.clear();
        vectors.close();
        operations.close();
        gpu.close();
    }

    @Override
    public Threads threads() {
        return threads;
    }

    @Override
    public MatrixStorage resident(INDArray vector) {
        DeviceStorage storage = residents.computeIfAbsent(vector, key -> DeviceStorage.allocate(gpu, key.length()));
        Storages.copy(new ArrayStorage(vector), storage);
        return storage;
    }

    @Override
    public Optional<Losses> losses() {
        return Optional.of(losses);
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        return operations.arena().allocate(rows, columns);
    }

    @Override
    public Matrix allocateProbabilities(int batch, int heads, int queries, int keys) {
        return allocate(1, 1); // they are computed once more
    }

    @Override
    public void release(Matrix matrix) {
        operations.arena().release(matrix);
    }

    @Override
    public Variable forFewRows(Matrix weight) {
        return Variable.constant(weight);
    }

    @Override
    public void multiply(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta) {
        operations.multiply(a, readA, b, readB, c, beta);
    }

    @Override
    public void linearGelu(
            Matrix x, Matrix weight, Operand readWeight, Matrix bias, Dropout dropout, Matrix hidden, Matrix y) {
        multiply(x, Operand.PLAIN, weight, readWeight, hidden, 0);
        var launch = operations.launch("biasGelu", hidden).address(operations.address(bias));
        CudaOperations.overValues(operations.view(operations.drop(launch, dropout, y), y), y);
    }

    @Override
    public void linearResidual(
            Matrix input, Matrix weight, Operand readWeight, Matrix bias, Matrix x, Dropout dropout, Matrix z) {
        multiply(input, Operand.PLAIN, weight, readWeight, z, 0);
        var launch = operations.launch("biasResidual", x, z).address(operations.address(bias));
        CudaOperations.overValues(operations.drop(launch, dropout, z), z);
    }

    // ---- values

    @Override
    public void copy(Matrix x, Matrix y, float beta) {
        CudaOperations.overValues(operations.launch("copy", x, y).real(beta), y);
    }

    @Override
    public void zero(Matrix y) {
        CudaOperations.overValues(operations.launch("fill", y).real(0), y);
    }

    @Override
    public void residual(Matrix x, Matrix branch, Dropout dropout, Matrix z) {
        var launch = operations.drop(operations.launch("residual", x, branch), dropout, z);
        CudaOperations.overValues(operations.view(launch, z), z);
    }

    @Override
    public void modulate(Matrix x, Matrix shift, Matrix scale, Matrix y) {
        CudaOperations.overValues(operations.launch("modulate", x, shift, scale, y), y);
    }

    @Override
    public void modulateBackward(Matrix x, Matrix scale, Matrix dy, Matrix dx, Matrix dShift, Matrix dScale) {
        CudaOperations.overValues(operations.launch("modulateBackward", x, scale, dy, dx, dShift, dScale), x);
    }

    @Override
    public void gate(Matrix x, Matrix gate, Matrix u, Matrix y) {
        CudaOperations.overValues(operations.launch("gate", x, gate, u, y), y);
    }

    @Override
    public void gateBackward(Matrix gate, Matrix u, Matrix dy, Matrix dGate, Matrix du) {
        CudaOperations.overValues(operations.launch("gateBackward", gate, u, dy, dGate, du), dy);
    }

    @Override
    public void gelu(Matrix x, Dropout dropout, Matrix y) {
        var launch = operations.drop(operations.launch("gelu", x), dropout, x);
        CudaOperations.overValues(operations.view(launch, y), y);
    }

    @Override
    public void geluBackward(Matrix x, Dropout dropout, Matrix dy, Matrix dx) {
        var launch = operations.drop(operations.launch("geluBackward", x), dropout, x);
        CudaOperations.overValues(operations.view(operations.view(launch, dy), dx), dx);
    }

    @Override
    public void silu(Matrix x, Matrix y) {
        CudaOperations.overValues(operations.launch("silu", x, y), y);
    }

    @Override
    public void siluBackward(Matrix x, Matrix dy, Matrix dx) {
        CudaOperations.overValues(operations.launch("siluBackward", x, dy, dx), dx);
    }

    @Override
    public void relu(Matrix x, Matrix y) {
        CudaOperations.overValues(operations.launch("relu", x, y), y);
    }

    @Override
    public void dropout(Matrix x, Dropout dropout, Matrix y) {
        var launch = operations.drop(operations.launch("dropout", x), dropout, x);
        CudaOperations.overValues(operations.view(launch, y), y);
    }

    // ---- rows

    @Override
    public void fillRows(Matrix row, Matrix y) {
        CudaOperations.overValues(operations.launch("fillRows", row, y), y);
    }

    @Override
    public void sumRows(Matrix x, Matrix row, float beta) {
        operations.sum("sumRows", launch -> operations.view(launch, x), new int[] {x.rows(), x.columns()}, beta, row);
    }

    @Override
    public void gatherRows(Matrix table, int[] index, Matrix y, float beta) {
        var launch = operations.launch("gatherRows", table).address(gpu.put(index));
        CudaOperations.overValues(operations.view(launch, y).real(beta), y);
    }

    @Override
    public void scatterAddRows(Matrix x, int[] index, Matrix table) {
        Scattering to = Scattering.of(index, table.rows());
        if (to.targets().length == 0) {
            return;
        }
        long numbers = gpu.put(to.numbers());
        long starts = numbers + (long) to.targets().length * Integer.BYTES;
        long sources = starts + (long) to.starts().length * Integer.BYTES;
        var launch = operations
                .launch("scatterAddRows", x)
                .address(numbers)
                .address(starts)
                .address(sources);
        operations
                .view(launch, table)
                .integers(to.targets().length, table.columns())
                .overValues((long) to.targets().length * table.columns());
    }

    /**
     * Who adds to which row: to {@code targets[t]} the rows {@code sources[starts[t]]} to {@code sources[starts[t + 1]]},
     * in ascending order.
     */
    private record Scattering(int[] targets, int[] starts, int[] sources) {
        static Scattering of(int[] index, int rows) {
            int[] ends = new int[rows + 1];
            Arrays.stream(index).filter(to -> to >= 0).forEach(to -> ends[to + 1]++);
            int[] targets =
                    IntStream.range(0, rows).filter(to -> ends[to + 1] > 0).toArray();
            Arrays.parallelPrefix(ends, Integer::sum);
            int[] starts = new int[targets.length + 1];
            Arrays.setAll(starts, t -> t < targets.length ? ends[targets[t]] : ends[rows]);
            int[] sources = new int[ends[rows]];
            for (int i = 0; i < index.length; i++) {
                if (index[i] >= 0) {
                    sources[ends[index[i]]++] = i;
                }
            }
            return new Scattering(targets, starts, sources);
        }

        /** The three, one after another. */
        int[] numbers() {
            int[] all = Arrays.copyOf(targets, targets.length + starts.length + sources.length);
            System.arraycopy(starts, 0, all, targets.length, starts.length);
            System.arraycopy(sources, 0, all, targets.length + starts.length, sources.length);
            return all;
        }
    }

    // ---- normalisation

    @Override
    public void layerNorm(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y) {
        norms.layerNorm(x, weight, bias, epsilon, moments, y);
    }

    @Override
    public void normalize(Matrix x, float epsilon, Matrix moments, Matrix y) {
        norms.normalize(x, epsilon, moments, y);
    }

    @Override
    public void layerNormBackward(
            Matrix x,
            Matrix weight,
            Matrix moments,
            Matrix dy,
            Matrix dx,
            float beta,
            Matrix dWeight,
            Matrix dBias,
            float parameterBeta) {
        norms.parameterGradients(x, moments, dy, dWeight, dBias, parameterBeta);
        norms.layerNormBackward(x, weight, moments, dy, dx, beta);
    }

    @Override
    public void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta) {
        norms.normalizeBackward(y, moments, dy, dx, beta);
    }

    @Override
    public void groupNorm(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y) {
        norms.groupNorm(x, norm, weight, bias, moments, y);
    }

    @Override
    public void groupNormBackward(
            Matrix x,
            GroupNorm norm,
            Matrix weight,
            Matrix bias,
            Matrix moments,
            Matrix dy,
            Matrix dx,
            float beta,
            Matrix dWeight,
            Matrix dBias,
            float parameterBeta) {
        norms.groupParameterGradients(x, norm, weight, bias, moments, dy, dWeight, dBias, parameterBeta);
        norms.groupNormBackward(x, norm, weight, bias, moments, dy, dx, beta);
    }

    // ---- attention

    @Override
    public void attention(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix probabilities,
            Matrix y) {
        attention.forward(q, k, v, batch, heads, sight, dropout, y);
    }

    @Override
    public void attentionBackward(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix probabilities,
            Matrix dy,
            Matrix dq,
            Matrix dk,
            Matrix dv) {
        attention.backward(q, k, v, batch, heads, sight, dropout, dy, dq, dk, dv);
    }

    // ---- images

    @Override
    public void convolution(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        convolution.forward(x, shape, weight, bias, y);
    }

    @Override
    public void convolutionBackwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        convolution.backwardInput(dy, shape, weight, dx, beta);
    }

    @Override
    public void convolutionBackwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        convolution.backwardWeight(x, dy, shape, dWeight, beta);
    }

    @Override
    public void maximum(Matrix x, ConvolutionShape shape, Matrix y) {
        convolution.pool(x, shape, y, 0);
    }

    @Override
    public void average(Matrix x, ConvolutionShape shape, Matrix y) {
        convolution.pool(x, shape, y, 1);
    }

    @Override
    public void upsample(Matrix x, int width, Matrix y) {
        CudaOperations.overValues(operations.launch("upsample", x, y).integers(2 * width), y);
    }

    @Override
    public void upsampleBackward(Matrix dy, int width, Matrix dx, float beta) {
        CudaOperations.overValues(
                operations.launch("upsampleBackward", dy, dx).real(beta).integers(width), dx);
    }
}
