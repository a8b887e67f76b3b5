package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.GroupNorm.Activation;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link Kernels} in double precision by plain loops, which know how far float32 may lie from each result: what every test
 * of kernels compares with.
 *
 * <p>A result's limit is the error of the operation's own roundings, its inputs being what they are: the magnitudes that
 * went in times what {@link Roundings#growth} allows for the roundings on their way, and the accuracy that
 * {@link Loops} states for its functions. Inputs are float64, or constants of float32; outputs are
 * float64.
 */
public final class ExactKernels implements Kernels {
    private final Threads threads = new Threads(1);
    private final HostValues host = new HostValues();
    private final Map<Long, Deque<Matrix>> idle = new HashMap<>();
    private final IdentityHashMap<Matrix, double[]> limits = new IdentityHashMap<>();
    private final boolean notes;
    private final Roundings roundings;
    private final ExactElements elements;
    private final ExactProducts products;
    private final ExactRows rows;

    private ExactKernels(Roundings roundings, boolean notes) {
        this.roundings = roundings;
        this.notes = notes;
        this.elements = new ExactElements(roundings);
        this.products = new ExactProducts(roundings);
        this.rows = new ExactRows(roundings);
    }

    /** Kernels that can be asked for the limits of what they wrote. */
    static ExactKernels withLimits() {
        return new ExactKernels(Roundings.limits(), true);
    }

    /** Exact kernels. */
    public static ExactKernels exact() {
        return new ExactKernels(Roundings.limits(), false);
    }

    /** Kernels each of whose results is moved as roundings to float32 might. */
    public static ExactKernels movedAtRandom(long seed) {
        return new ExactKernels(Roundings.random(seed), false);
    }

    /** How far float32 may lie from each value of an output. */
    double[] limits(Matrix output) {
        double[] ofOutput = limits.get(output);
        if (ofOutput == null) {
            throw new IllegalArgumentException("nothing was written to a matrix " + output);
        }
        return ofOutput;
    }

    /**
     * Moves values that were computed elsewhere as if it had been done in float32, if these kernels move any.
     *
     * @param ofValues how far float32 may lie from each
     */
    public void move(Matrix matrix, double[] ofValues) {
        host.write(roundings.handedOn(new Bounded(values(matrix), ofValues)), matrix);
    }

    /** The same with a single value. */
    public double moved(double value, double limit) {
        return roundings.handedOn(new Bounded(new double[] {value}, new double[] {limit}))[0];
    }

    private void write(Bounded results, Matrix output) {
        host.write(roundings.handedOn(results), output);
        if (notes) {
            limits.put(output, results.limits());
        }
    }

    /** {@code y = results + beta y}. */
    private void write(Bounded results, Matrix output, float beta) {
        if (beta == 0) {
            write(results, output);
            return;
        }
        double[] before = values(output);
        for (int i = 0; i < before.length; i++) {
            double held = beta * before[i];
            double magnitude = Math.abs(results.values()[i]) + Math.abs(held);
            results.set(i, results.values()[i] + held, results.limits()[i] + roundings.growth(2) * magnitude);
        }
        write(results, output);
    }

    /** The values of a matrix of float32 or float64. */
    public static double[] valuesOf(Matrix matrix) {
        return Doubles.of(matrix).values();
    }

    /** Sets the values of a matrix of float32 or float64. */
    public static void assign(Matrix matrix, double[] values) {
        if (matrix.type() == DataType.FLOAT) {
            float[] rounded = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                rounded[i] = (float) values[i];
            }
            matrix.assign(rounded);
        } else {
            matrix.array().assign(Nd4j.createFromArray(values).reshape(matrix.rows(), matrix.columns()));
        }
    }

    private double[] values(Matrix matrix) {
        return host.read(matrix).values();
    }

    @Override
    public Threads threads() {
        return threads;
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        Deque<Matrix> ofShape = idle.get(shape(rows, columns));
        return ofShape == null || ofShape.isEmpty()
                ? Matrix.of(Nd4j.create(DataType.DOUBLE, rows, columns), rows)
                : ofShape.pop();
    }

    @Override
    public void release(Matrix matrix) {
        idle.computeIfAbsent(shape(matrix.rows(), matrix.columns()), shape -> new ArrayDeque<>())
                .push(matrix);
    }

    private static long shape(int rows, int columns) {
        return (long) rows << 32 | columns;
    }

    // ---- products

    @Override
    public void multiply(Matrix a, Operand readA, Matrix b, Operand readB, Matrix c, float beta) {
        Doubles left = readA == Operand.PLAIN ? host.read(a) : host.read(a).transposed();
        Doubles right =
                readB == Operand.TRANSPOSED ? host.read(b) : host.read(b).transposed();
        write(products.multiply(left, right), c, beta);
    }

    @Override
    public void sumRows(Matrix x, Matrix row, float beta) {
        write(products.sumRows(host.read(x)), row, beta);
    }

    @Override
    public void convolution(Matrix x, ConvolutionShape shape, Matrix weight, Matrix bias, Matrix y) {
        write(products.convolution(host.read(x), shape, host.read(weight), host.read(bias)), y);
    }

    @Override
    public void convolutionBackwardInput(Matrix dy, ConvolutionShape shape, Matrix weight, Matrix dx, float beta) {
        write(products.convolutionBackwardInput(host.read(dy), shape, host.read(weight), dx.columns()), dx, beta);
    }

    @Override
    public void convolutionBackwardWeight(Matrix x, Matrix dy, ConvolutionShape shape, Matrix dWeight, float beta) {
        write(products.convolutionBackwardWeight(host.read(x), host.read(dy), shape), dWeight, beta);
    }

    // ---- rows and pixels

    @Override
    public void copy(Matrix x, Matrix y, float beta) {
        write(Bounded.copied(values(x)), y, beta);
    }

    @Override
    public void zero(Matrix y) {
        write(new Bounded(Math.toIntExact(y.size())), y);
    }

    @Override
    public void fillRows(Matrix row, Matrix y) {
        gatherRows(row, new int[y.rows()], y, 0);
    }

    @Override
    public void gatherRows(Matrix table, int[] index, Matrix y, float beta) {
        write(rows.gather(host.read(table), index, host.read(y), beta), y);
    }

    @Override
    public void scatterAddRows(Matrix x, int[] index, Matrix table) {
        write(rows.scatterAdd(host.read(x), index, host.read(table)), table);
    }

    @Override
    public void upsample(Matrix x, int width, Matrix y) {
        write(rows.upsample(host.read(x), width), y);
    }

    @Override
    public void upsampleBackward(Matrix dy, int width, Matrix dx, float beta) {
        write(rows.upsampleBackward(host.read(dy), width), dx, beta);
    }

    // ---- elements

    @Override
    public void residual(Matrix x, Matrix branch, Dropout dropout, Matrix z) {
        write(elements.multiplyAdd(values(x), ExactElements.factors(branch, dropout), values(branch)), z);
    }

    @Override
    public void dropout(Matrix x, Dropout dropout, Matrix y) {
        write(elements.multiply(values(x), ExactElements.factors(x, dropout)), y);
    }

    @Override
    public void modulate(Matrix x, Matrix shift, Matrix scale, Matrix y) {
        write(elements.modulate(values(x), values(scale), values(shift)), y);
    }

    @Override
    public void modulateBackward(Matrix x, Matrix scale, Matrix dy, Matrix dx, Matrix dShift, Matrix dScale) {
        double[] gradient = values(dy);
        write(elements.modulate(gradient, values(scale), new double[gradient.length]), dx);
        write(Bounded.copied(gradient), dShift);
        write(elements.multiply(gradient, values(x)), dScale);
    }

    @Override
    public void gate(Matrix x, Matrix gate, Matrix u, Matrix y) {
        write(elements.multiplyAdd(values(x), values(gate), values(u)), y);
    }

    @Override
    public void gateBackward(Matrix gate, Matrix u, Matrix dy, Matrix dGate, Matrix du) {
        double[] gradient = values(dy);
        write(elements.multiply(gradient, values(u)), dGate);
        write(elements.multiply(gradient, values(gate)), du);
    }

    @Override
    public void gelu(Matrix x, Dropout dropout, Matrix y) {
        write(elements.gelu(values(x), ExactElements.factors(x, dropout)), y);
    }

    @Override
    public void geluBackward(Matrix x, Dropout dropout, Matrix dy, Matrix dx) {
        write(elements.geluBackward(values(x), ExactElements.factors(x, dropout), values(dy)), dx);
    }

    @Override
    public void silu(Matrix x, Matrix y) {
        write(elements.silu(values(x)), y);
    }

    @Override
    public void siluBackward(Matrix x, Matrix dy, Matrix dx) {
        write(elements.siluBackward(values(x), values(dy)), dx);
    }

    @Override
    public void relu(Matrix x, Matrix y) {
        write(
                Bounded.copied(Arrays.stream(values(x))
                        .map(value -> Math.max(value, 0))
                        .toArray()),
                y);
    }

    @Override
    public void maximum(Matrix x, ConvolutionShape shape, Matrix y) {
        write(Bounded.copied(ExactProducts.maximum(host.read(x), shape)), y);
    }

    @Override
    public void average(Matrix x, ConvolutionShape shape, Matrix y) {
        write(products.average(host.read(x), shape), y);
    }

    // ---- normalisation

    @Override
    public void layerNorm(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y) {
        ExactNormalization norm = ExactNormalization.ofRows(roundings, x.rows(), x.columns());
        Bounded measured = norm.moments(values(x), epsilon);
        write(norm.forward(values(x), measured, values(weight), values(bias)), y);
        write(measured, moments);
    }

    @Override
    public void normalize(Matrix x, float epsilon, Matrix moments, Matrix y) {
        ExactNormalization norm = ExactNormalization.ofRows(roundings, x.rows(), x.columns());
        Bounded measured = norm.moments(values(x), epsilon);
        write(norm.forward(values(x), measured, ones(x.columns()), new double[x.columns()]), y);
        write(measured, moments);
    }

    private static double[] ones(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return ones;
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
        ExactNormalization norm = ExactNormalization.ofRows(roundings, x.rows(), x.columns());
        double[] normal = norm.normal(values(x), values(moments));
        Bounded gradient = Bounded.copied(values(dy));
        write(norm.parameterGradient(gradient, normal), dWeight, parameterBeta);
        write(norm.parameterGradient(gradient, ones(normal.length)), dBias, parameterBeta);
        write(norm.backward(normal, values(moments), gradient, values(weight)), dx, beta);
    }

    @Override
    public void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta) {
        ExactNormalization norm = ExactNormalization.ofRows(roundings, y.rows(), y.columns());
        Bounded gradient = Bounded.copied(values(dy));
        write(norm.backward(values(y), values(moments), gradient, ones(y.columns())), dx, beta);
    }

    @Override
    public void groupNorm(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y) {
        ExactNormalization exact = ExactNormalization.ofGroups(roundings, norm, x.rows(), x.columns());
        Bounded measured = exact.moments(values(x), GroupNorm.EPSILON);
        Bounded normal = exact.forward(values(x), measured, values(weight), values(bias));
        write(norm.activation() == Activation.SILU ? elements.silu(normal) : normal, y);
        write(measured, moments);
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
        ExactNormalization exact = ExactNormalization.ofGroups(roundings, norm, x.rows(), x.columns());
        double[] normal = exact.normal(values(x), values(moments));
        Bounded gradient = Bounded.copied(values(dy));
        if (norm.activation() == Activation.SILU) {
            gradient = elements.siluBackward(exact.affine(normal, values(weight), values(bias)), values(dy));
        }
        write(exact.parameterGradient(gradient, normal), dWeight, parameterBeta);
        write(exact.parameterGradient(gradient, ones(normal.length)), dBias, parameterBeta);
        write(exact.backward(normal, values(moments), gradient, values(weight)), dx, beta);
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
        write(attention(q, k, v, batch, heads, sight, dropout).forward(), y);
    }

    private ExactAttention attention(Matrix q, Matrix k, Matrix v, int batch, int heads, Sight sight, Dropout dropout) {
        return new ExactAttention(roundings, host.read(q), host.read(k), host.read(v), batch, heads, sight, dropout);
    }

    /** Computes the probabilities again, so that the limits count their errors too. */
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
        ExactAttention.Gradients gradients =
                attention(q, k, v, batch, heads, sight, dropout).backward(values(dy));
        write(gradients.dq(), dq);
        write(gradients.dk(), dk);
        write(gradients.dv(), dv);
    }
}
