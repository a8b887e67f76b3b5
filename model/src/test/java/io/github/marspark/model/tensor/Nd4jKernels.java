package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.GroupNorm.Activation;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@link Kernels} by ND4J operations, on whatever device ND4J has and in any floating-point type: the plain statement of
 * each operation, and the one whose gradients are checked in double precision.
 */
public final class Nd4jKernels implements Kernels {
    private final DataType type;
    private final Threads threads = new Threads(1);
    private final Nd4jWindows windows;

    /** Computes in a floating-point type. */
    public Nd4jKernels(DataType type) {
        this.type = type;
        this.windows = new Nd4jWindows(type);
    }

    @Override
    public Threads threads() {
        return threads;
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        return Matrix.of(Nd4j.create(type, rows, columns), rows);
    }

    @Override
    public void release(Matrix matrix) {
        // the garbage collector's
    }

    static void write(INDArray value, Matrix target, float beta) {
        if (beta == 0) {
            target.array().assign(value);
        } else {
            target.array().addi(value);
        }
    }

    @Override
    public void multiply(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta) {
        write(read(a, readA).mmul(read(b, readB)), c, beta);
    }

    private static INDArray read(Matrix matrix, Operand operand) {
        INDArray plain = matrix.array().dup('c');
        return operand == Operand.PLAIN ? plain : plain.transpose();
    }

    @Override
    public void copy(Matrix x, Matrix y, float beta) {
        write(x.array(), y, beta);
    }

    @Override
    public void zero(Matrix y) {
        y.array().assign(0);
    }

    @Override
    public void residual(Matrix x, Matrix branch, Dropout dropout, Matrix z) {
        write(factors(branch, dropout).muli(branch.array()).addi(x.array()), z, 0);
    }

    @Override
    public void fillRows(Matrix row, Matrix y) {
        y.array().assign(0).addiRowVector(row.array());
    }

    @Override
    public void sumRows(Matrix x, Matrix row, float beta) {
        write(x.array().sum(true, 0), row, beta);
    }

    @Override
    public void gatherRows(Matrix table, int[] index, Matrix y, float beta) {
        for (int i = 0; i < index.length; i++) {
            if (index[i] >= 0) {
                write(table.rows(index[i], index[i] + 1).array(), y.rows(i, i + 1), beta);
            }
        }
    }

    @Override
    public void scatterAddRows(Matrix x, int[] index, Matrix table) {
        for (int i = 0; i < index.length; i++) {
            if (index[i] >= 0) {
                write(x.rows(i, i + 1).array(), table.rows(index[i], index[i] + 1), 1);
            }
        }
    }

    private static INDArray normal(Matrix x, float epsilon, Matrix moments) {
        INDArray mean = x.array().mean(true, 1);
        INDArray centred = x.array().subColumnVector(mean);
        INDArray variance = centred.mul(centred).mean(true, 1);
        INDArray scale = Transforms.sqrt(variance.add(epsilon), false).rdivi(1);
        moments.columns(0, 1).array().assign(mean);
        moments.columns(1, 2).array().assign(scale);
        return centred.muliColumnVector(scale);
    }

    @Override
    public void layerNorm(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y) {
        write(normal(x, epsilon, moments).muliRowVector(weight.array()).addiRowVector(bias.array()), y, 0);
    }

    @Override
    public void normalize(Matrix x, float epsilon, Matrix moments, Matrix y) {
        write(normal(x, epsilon, moments), y, 0);
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
        INDArray normal = x.array()
                .subColumnVector(moments.columns(0, 1).array())
                .muliColumnVector(moments.columns(1, 2).array());
        write(dy.array().mul(normal).sum(true, 0), dWeight, parameterBeta);
        write(dy.array().sum(true, 0), dBias, parameterBeta);
        write(normalBackward(normal, moments, dy.array().mulRowVector(weight.array())), dx, beta);
    }

    @Override
    public void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta) {
        write(normalBackward(y.array(), moments, dy.array()), dx, beta);
    }

    private static INDArray normalBackward(INDArray normal, Matrix moments, INDArray gradient) {
        INDArray mean = gradient.mean(true, 1);
        INDArray meanProduct = gradient.mul(normal).mean(true, 1);
        return gradient.subColumnVector(mean)
                .subi(normal.mulColumnVector(meanProduct))
                .muliColumnVector(moments.columns(1, 2).array());
    }

    @Override
    public void modulate(Matrix x, Matrix shift, Matrix scale, Matrix y) {
        write(x.array().mul(scale.array().add(1)).addi(shift.array()), y, 0);
    }

    @Override
    public void modulateBackward(Matrix x, Matrix scale, Matrix dy, Matrix dx, Matrix dShift, Matrix dScale) {
        write(dy.array().mul(scale.array().add(1)), dx, 0);
        write(dy.array(), dShift, 0);
        write(dy.array().mul(x.array()), dScale, 0);
    }

    @Override
    public void gate(Matrix x, Matrix gate, Matrix u, Matrix y) {
        write(gate.array().mul(u.array()).addi(x.array()), y, 0);
    }

    @Override
    public void gateBackward(Matrix gate, Matrix u, Matrix dy, Matrix dGate, Matrix du) {
        write(dy.array().mul(u.array()), dGate, 0);
        write(dy.array().mul(gate.array()), du, 0);
    }

    /** The normal distribution function. */
    private static INDArray phi(INDArray x) {
        return Nd4j.math().erf(x.mul(Math.sqrt(0.5))).addi(1).muli(0.5);
    }

    @Override
    public void gelu(Matrix x, Dropout dropout, Matrix y) {
        INDArray values = x.array().dup('c');
        write(phi(values).muli(values).muli(factors(x, dropout)), y, 0);
    }

    @Override
    public void geluBackward(Matrix x, Dropout dropout, Matrix dy, Matrix dx) {
        INDArray values = x.array().dup('c');
        INDArray density = Transforms.exp(values.mul(values).muli(-0.5), false).muli(1 / Math.sqrt(2 * Math.PI));
        INDArray slope = phi(values).addi(density.muli(values));
        write(slope.muli(factors(x, dropout)).muli(dy.array()), dx, 0);
    }

    @Override
    public void silu(Matrix x, Matrix y) {
        INDArray values = x.array().dup('c');
        write(Transforms.sigmoid(values, true).muli(values), y, 0);
    }

    @Override
    public void siluBackward(Matrix x, Matrix dy, Matrix dx) {
        INDArray values = x.array().dup('c');
        INDArray sigmoid = Transforms.sigmoid(values, true);
        INDArray slope = sigmoid.rsub(1).muli(values).addi(1).muli(sigmoid);
        write(slope.muli(dy.array()), dx, 0);
    }

    @Override
    public void dropout(Matrix x, Dropout dropout, Matrix y) {
        write(factors(x, dropout).muli(x.array()), y, 0);
    }

    /** What dropout multiplies the elements of a matrix {@code (B T, D)} by. */
    private INDArray factors(Matrix x, Dropout dropout) {
        double[] factors = new double[Math.toIntExact(x.size())];
        Arrays.fill(factors, 1);
        int elements = factors.length / Math.max(1, dropout.keys().length);
        for (int i = 0; i < factors.length && !dropout.isNone(); i++) {
            factors[i] = dropout.keeps(i / elements, i % elements) ? dropout.scale() : 0;
        }
        return Nd4j.createFromArray(factors).castTo(type).reshape(x.rows(), x.columns());
    }

    @Override
    public void convolution(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        fillRows(bias, y);
        windows.convolution(x, shape, weight, y);
    }

    @Override
    public void convolutionBackwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        windows.backwardInput(dy, shape, weight, dx, beta);
    }

    @Override
    public void convolutionBackwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        windows.backwardWeight(x, dy, shape, dWeight, beta);
    }

    @Override
    public void relu(Matrix x, Matrix y) {
        write(Transforms.relu(x.array().dup('c'), false), y, 0);
    }

    @Override
    public void maximum(Matrix x, ConvolutionShape shape, Matrix y) {
        windows.maximum(x, shape, y);
    }

    @Override
    public void average(Matrix x, ConvolutionShape shape, Matrix y) {
        windows.average(x, shape, y);
    }

    /** {@code (B H W, C)} as {@code (B G, H W C / G)}. */
    private static INDArray byGroup(INDArray x, GroupNorm norm) {
        return x.dup('c')
                .reshape('c', norm.batch(), -1, norm.groups(), x.columns() / norm.groups())
                .permute(0, 2, 1, 3)
                .dup('c')
                .reshape('c', norm.batch() * norm.groups(), -1);
    }

    /** {@code (B G, H W C / G)} as {@code (B H W, C)}. */
    private static INDArray byPixel(INDArray groups, GroupNorm norm, Matrix like) {
        return groups.dup('c')
                .reshape('c', norm.batch(), norm.groups(), -1, like.columns() / norm.groups())
                .permute(0, 2, 1, 3)
                .dup('c')
                .reshape('c', like.rows(), like.columns());
    }

    @Override
    public void groupNorm(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y) {
        INDArray groups = byGroup(x.array(), norm);
        INDArray normal = normal(Matrix.of(groups, norm.batch() * norm.groups()), GroupNorm.EPSILON, moments);
        write(affine(byPixel(normal, norm, x), weight, bias), y, 0);
        if (norm.activation() == Activation.SILU) {
            silu(y, y);
        }
    }

    private static INDArray affine(INDArray normal, Matrix weight, Matrix bias) {
        return normal.mulRowVector(weight.array()).addiRowVector(bias.array());
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
        INDArray normal = byGroup(x.array(), norm)
                .subiColumnVector(moments.columns(0, 1).array())
                .muliColumnVector(moments.columns(1, 2).array());
        INDArray pixels = byPixel(normal, norm, x);
        Matrix gradient = Matrix.of(dy.array().dup('c'), dy.rows());
        if (norm.activation() == Activation.SILU) {
            siluBackward(Matrix.of(affine(pixels, weight, bias), x.rows()), dy, gradient);
        }
        write(gradient.array().mul(pixels).sum(true, 0), dWeight, parameterBeta);
        write(gradient.array().sum(true, 0), dBias, parameterBeta);
        INDArray scaled = byGroup(gradient.array().mulRowVector(weight.array()), norm);
        write(byPixel(normalBackward(normal, moments, scaled), norm, x), dx, beta);
    }

    @Override
    public void upsample(Matrix x, int width, Matrix y) {
        for (int i = 0; i < 4; i++) {
            quarter(y, width, i).assign(x.array().dup('c').reshape('c', -1, width, x.columns()));
        }
    }

    @Override
    public void upsampleBackward(Matrix dy, int width, Matrix dx, float beta) {
        for (int i = 0; i < 4; i++) {
            INDArray part = quarter(dy, width, i).dup('c').reshape('c', dx.rows(), dx.columns());
            write(part, dx, i == 0 ? beta : 1);
        }
    }

    /** Of every 2 x 2 pixels the i-th, {@code (B H, W, C)}, as a view. */
    private static INDArray quarter(Matrix doubled, int width, int i) {
        INDArray view = doubled.memory()
                .reshape('c', new long[] {doubled.memory().length()})
                .get(NDArrayIndex.interval(doubled.offset(), doubled.offset() + doubled.size()))
                .reshape('c', -1, 2L * 2 * width, doubled.columns());
        long first = i / 2 * 2L * width + i % 2;
        return view.get(
                NDArrayIndex.all(), NDArrayIndex.interval(first, 2, first + 2L * width - 1), NDArrayIndex.all());
    }

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
        for (int task = 0; task < batch * heads; task++) {
            Head head = new Head(q, k, v, batch, heads, task);
            INDArray scores = head.q.mmul(head.k.transpose()).muli(head.scale);
            if (sight == Sight.UP_TO_ITSELF) {
                scores.addi(head.hidden());
            }
            scores.subiColumnVector(scores.max(true, 1));
            INDArray exponentials = Transforms.exp(scores, false);
            INDArray p = exponentials.diviColumnVector(exponentials.sum(true, 1));
            head.rows(probabilities).array().assign(p);
            write(p.mul(head.mask(dropout)).mmul(head.v), head.part(y), 0);
        }
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
        for (int task = 0; task < batch * heads; task++) {
            Head head = new Head(q, k, v, batch, heads, task);
            INDArray p = head.rows(probabilities).array().dup('c');
            INDArray mask = head.mask(dropout);
            INDArray dOut = head.part(dy).array().dup('c');
            write(p.mul(mask).transpose().mmul(dOut), head.part(dv), 0);
            INDArray dp = dOut.mmul(head.v.transpose()).muli(mask);
            INDArray ds = dp.subColumnVector(dp.mul(p).sum(true, 1)).muli(p).muli(head.scale);
            write(ds.mmul(head.k), head.part(dq), 0);
            write(ds.transpose().mmul(head.q), head.part(dk), 0);
        }
    }

    /** One head of one sample. */
    private static final class Head {
        private final int task;
        private final int batch;
        private final int heads;
        private final int queries;
        private final int keys;
        private final double scale;
        private final INDArray q;
        private final INDArray k;
        private final INDArray v;

        Head(Matrix q, Matrix k, Matrix v, int batch, int heads, int task) {
            this.task = task;
            this.batch = batch;
            this.heads = heads;
            this.queries = q.rows() / batch;
            this.keys = k.rows() / batch;
            this.q = part(q).array().dup('c');
            this.k = part(k).array().dup('c');
            this.v = part(v).array().dup('c');
            this.scale = 1 / Math.sqrt(this.q.columns());
        }

        /** The head's rows and columns of a matrix {@code (B T, D)}. */
        private Matrix part(Matrix all) {
            int rows = all.rows() / batch;
            int width = all.columns() / heads;
            int row = task / heads * rows;
            int column = task % heads * width;
            return all.rows(row, row + rows).columns(column, column + width);
        }

        private Matrix rows(Matrix probabilities) {
            return probabilities.rows(task * queries, (task + 1) * queries);
        }

        /** What hides from each query the keys behind its own, {@code (T, U)}: 0, or minus infinity. */
        private INDArray hidden() {
            double[] added = new double[queries * keys];
            Arrays.setAll(added, i -> i % keys > i / keys ? Double.NEGATIVE_INFINITY : 0);
            return Nd4j.createFromArray(added).castTo(q.dataType()).reshape(queries, keys);
        }

        /** What each probability is multiplied by, {@code (T, U)}. */
        private INDArray mask(Dropout dropout) {
            double[] factors = new double[queries * keys];
            Arrays.fill(factors, dropout.scale());
            if (!dropout.isNone()) {
                for (int i = 0; i < factors.length; i++) {
                    boolean kept = dropout.keeps(task / heads, task % heads * factors.length + i);
                    factors[i] = kept ? dropout.scale() : 0;
                }
            }
            return Nd4j.createFromArray(factors).castTo(q.dataType()).reshape(queries, keys);
        }
    }
}
