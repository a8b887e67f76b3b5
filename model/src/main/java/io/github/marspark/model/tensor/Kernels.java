package io.github.marspark.model.tensor;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The operations that the networks are made of, forward and backward, on matrices of one number type.
 *
 * <p>{@link CpuKernels} compute on the processor, {@link CudaKernels} on a GPU; the tests hold both to a plain statement
 * of each operation. Arguments named {@code d…} are gradients of the loss. An argument
 * {@code beta} multiplies what the output held before, 0 to overwrite it or 1 to add to it. Outputs must not overlap
 * inputs unless a method says so. Legend: {@code N} rows, {@code D} columns, {@code B} samples, {@code T} rows a sample,
 * {@code H} heads.
 *
 * @see <a href="../../../../../../../../../docs/decisions/0001-one-layer-holds-all-parameters.md">why they exist</a>
 */
public interface Kernels {
    /** How an operand of a product is read. */
    enum Operand {
        /** As it stands. */
        PLAIN,
        /** Rows as columns. */
        TRANSPOSED
    }

    /** The host's threads for what is no operation of these kernels. */
    Threads threads();

    /** Memory for a matrix; its values are arbitrary. */
    Matrix allocate(int rows, int columns);

    /** Gives memory of {@link #allocate} back for reuse. */
    void release(Matrix matrix);

    /** A matrix of memory of {@link #allocate} that holds the given values, {@code rows} rows. */
    default Matrix allocate(float[] values, int rows) {
        Matrix matrix = allocate(rows, values.length / rows);
        matrix.assign(values);
        return matrix;
    }

    /**
     * A flat vector of parameters or gradients where these kernels read and write it: the array's own memory on a
     * processor, a copy on a GPU, which {@link Storages#copy} renews.
     */
    default MatrixStorage resident(INDArray vector) {
        return new ArrayStorage(vector);
    }

    /** What computes losses where predictions lie; nothing where that is the host. */
    default Optional<Losses> losses() {
        return Optional.empty();
    }

    /** Memory for what the way back of {@link #attention} needs, {@code (B H T, U)} probabilities or less. */
    default Matrix allocateProbabilities(int batch, int heads, int queries, int keys) {
        return allocate(batch * heads * queries, keys);
    }

    /** A weight {@code (O, I)} as {@link Tape#linear} multiplies few rows by it fastest; a copy, or the weight itself. */
    default Variable forFewRows(Matrix weight) {
        return Variable.inputsFirst(weight);
    }

    /** {@code c = a b + beta c}, each factor as its {@link Operand} says. */
    void multiply(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta);

    /** {@code y[i] = (x weight)[i] + bias} for every row i, the weight as its {@link Operand} says. */
    default void linear(Matrix x, Matrix weight, Operand readWeight, Matrix bias, Matrix y) {
        fillRows(bias, y);
        multiply(x, Operand.PLAIN, weight, readWeight, y, 1);
    }

    /** {@link #linear} into {@code hidden}, and {@link #gelu} of it into y. */
    default void linearGelu(
            Matrix x, Matrix weight, Operand readWeight, Matrix bias, Dropout dropout, Matrix hidden, Matrix y) {
        linear(x, weight, readWeight, bias, hidden);
        gelu(hidden, dropout, y);
    }

    /** {@link #linear} of {@code input}, and the {@link #residual} sum {@code z} of x and it. */
    default void linearResidual(
            Matrix input, Matrix weight, Operand readWeight, Matrix bias, Matrix x, Dropout dropout, Matrix z) {
        linear(input, weight, readWeight, bias, z);
        residual(x, z, dropout, z);
    }

    /** Work on a range of rows by the given kernels. */
    @FunctionalInterface
    interface RowWork {
        /** Does the rows {@code from} (inclusive) to {@code to} (exclusive). */
        void run(Kernels kernels, int from, int to);
    }

    /**
     * Does long work on rows that have nothing to do with each other. Where there are rows enough, every thread does its
     * share of them from end to end with kernels of its own, which spares the threads to meet after every operation.
     */
    default void independently(int rows, RowWork work) {
        work.run(this, 0, rows);
    }

    /** {@code y = x + beta y}. */
    void copy(Matrix x, Matrix y, float beta);

    /** {@code y = 0}. */
    void zero(Matrix y);

    /** {@code z = x + branch} after elements of the branch were dropped; {@code z} may be either. */
    void residual(Matrix x, Matrix branch, Dropout dropout, Matrix z);

    /** {@code y[i] = row} for every row i. */
    void fillRows(Matrix row, Matrix y);

    /** {@code row = sum of the rows of x + beta row}: the gradient of a bias. */
    void sumRows(Matrix x, Matrix row, float beta);

    /** {@code y[i] = table[index[i]] + beta y[i]}; a negative index leaves row i alone. */
    void gatherRows(Matrix table, int[] index, Matrix y, float beta);

    /** {@code table[index[i]] += x[i]}; a negative index leaves row i out. */
    void scatterAddRows(Matrix x, int[] index, Matrix table);

    /**
     * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias}, row by row.
     *
     * @param weight {@code (1, D)}
     * @param bias {@code (1, D)}
     * @param moments {@code (N, 2)}, receives mean and reciprocal standard deviation of each row
     */
    void layerNorm(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y);

    /**
     * Backward of {@link #layerNorm}; writes {@code dx + beta dx}, and the parameters' gradients with
     * {@code parameterBeta}.
     */
    void layerNormBackward(
            Matrix x,
            Matrix weight,
            Matrix moments,
            Matrix dy,
            Matrix dx,
            float beta,
            Matrix dWeight,
            Matrix dBias,
            float parameterBeta);

    /** {@code y = (x - mean) / sqrt(variance + epsilon)}, row by row; see {@link #layerNorm}. */
    void normalize(Matrix x, float epsilon, Matrix moments, Matrix y);

    /** Backward of {@link #normalize}, from its output {@code y}. */
    void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta);

    /** {@code y = x (1 + scale) + shift}, all {@code (N, D)}. */
    void modulate(Matrix x, Matrix shift, Matrix scale, Matrix y);

    /** Backward of {@link #modulate}: overwrites {@code dx}, {@code dShift} and {@code dScale}. */
    void modulateBackward(Matrix x, Matrix scale, Matrix dy, Matrix dx, Matrix dShift, Matrix dScale);

    /** {@code y = x + gate u}, all {@code (N, D)}. */
    void gate(Matrix x, Matrix gate, Matrix u, Matrix y);

    /** Backward of {@link #gate} but for x: overwrites {@code dGate} and {@code du}. */
    void gateBackward(Matrix gate, Matrix u, Matrix dy, Matrix dGate, Matrix du);

    /** Exact GELU, after which elements are dropped, {@code y = x / 2 (1 + erf(x / sqrt 2)) factor}; y may be x. */
    void gelu(Matrix x, Dropout dropout, Matrix y);

    /** {@code dx = dy factor gelu'(x)}; dx may be dy. */
    void geluBackward(Matrix x, Dropout dropout, Matrix dy, Matrix dx);

    /** SiLU, {@code y = x / (1 + exp(-x))}; y may be x. */
    void silu(Matrix x, Matrix y);

    /** {@code dx = dy silu'(x)}; dx may be dy. */
    void siluBackward(Matrix x, Matrix dy, Matrix dx);

    /**
     * {@code y = x keep / (1 - rate)} with keep drawn by {@code dropout}, {@code x (B T, D)}; its own backward; y may be
     * x.
     */
    void dropout(Matrix x, Dropout dropout, Matrix y);

    /**
     * Multi-head attention, {@code softmax(q k^T / sqrt(d)) v} for every sample and head, {@code d = D / H}.
     *
     * @param q {@code (B T, D)}, head after head
     * @param k {@code (B U, D)}
     * @param v {@code (B U, D)}
     * @param heads H
     * @param sight which keys a query sees; the probabilities of the others are 0, whatever their values
     * @param probabilities of {@link #allocateProbabilities}, receives what the way back needs
     * @param dropout of the probabilities; its element index runs over {@code (H, T, U)} of a sample
     * @param y {@code (B T, D)}
     */
    void attention(
            Matrix q,
            Matrix k,
            Matrix v,
            int batch,
            int heads,
            Sight sight,
            Dropout dropout,
            Matrix probabilities,
            Matrix y);

    /** Backward of {@link #attention}: overwrites {@code dq}, {@code dk} and {@code dv}. */
    void attentionBackward(
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
            Matrix dv);

    /**
     * Convolution of images, {@code y[b, i, j] = bias + sum over u, v of weight[u, v] x[b, s i + u - before, s j + v -
     * before]}, zeros outside the image.
     *
     * @param x {@code (B H W, C)} without gaps
     * @param weight {@code (O, C k k')}: for each output and channel the taps, row after row, as checkpoints store them
     * @param bias {@code (1, O)}
     * @param y {@code (B H' W', O)}
     */
    void convolution(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y);

    /** Backward of {@link #convolution} to its input: {@code dx + beta dx}. */
    void convolutionBackwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta);

    /** Backward of {@link #convolution} to its weight: {@code dWeight + beta dWeight}. */
    void convolutionBackwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta);

    /** {@code y = max(x, 0)}; y may be x. */
    void relu(Matrix x, Matrix y);

    /**
     * The largest value of each channel in a window, where that lies inside the image; nobody goes back through it.
     *
     * @param x {@code (B H W, C)} without gaps
     * @param shape of the windows, each with a pixel of the image at least
     * @param y {@code (B H' W', C)}
     */
    void maximum(Matrix x, ConvolutionShape shape, Matrix y);

    /**
     * The mean of each channel over the pixels of a window that lie inside the image; nobody goes back through it.
     *
     * @param x {@code (B H W, C)} without gaps
     * @param shape of the windows, each with a pixel of the image at least
     * @param y {@code (B H' W', C)}
     */
    void average(Matrix x, ConvolutionShape shape, Matrix y);

    /**
     * Group normalisation of images and the activation behind it.
     *
     * @param x {@code (B H W, C)} without gaps
     * @param weight {@code (1, C)}
     * @param bias {@code (1, C)}
     * @param moments {@code (B groups, 2)}, receives mean and reciprocal standard deviation
     * @param y {@code (B H W, C)} without gaps; may be x
     */
    void groupNorm(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y);

    /**
     * Backward of {@link #groupNorm}; writes {@code dx + beta dx}, and the parameters' gradients with
     * {@code parameterBeta}.
     */
    void groupNormBackward(
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
            float parameterBeta);

    /**
     * Every pixel twice in each direction.
     *
     * @param x {@code (B H W, C)}
     * @param width W
     * @param y {@code (B 2H 2W, C)}
     */
    void upsample(Matrix x, int width, Matrix y);

    /** Backward of {@link #upsample}: {@code dx} = sums of four pixels {@code + beta dx}. */
    void upsampleBackward(Matrix dy, int width, Matrix dx, float beta);
}
