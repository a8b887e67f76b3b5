package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.Kernels.Operand;
import io.github.marspark.model.tensor.Variable.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Computes forward as it is told and, when recording, remembers how to come back: reverse-mode differentiation over the
 * operations of {@link Kernels}.
 *
 * <p>A value's memory is given back when the way back has passed the operation that made it, so a step holds its
 * activations once and its gradients only while they are needed. Without recording, memory is given back at the end of
 * the {@link #scope} that it was taken in. Operations that <em>consume</em> an argument write over its value: it must
 * have been computed by {@link #linear}, {@link #layerNorm}, {@link #pick}, {@link #gelu},
 * {@link #convolution} or {@link #residual} and must not be used again. Not thread-safe.
 *
 * @see <a href="../../../../../../../../../docs/decisions/0001-one-layer-holds-all-parameters.md">why there is a tape</a>
 */
public final class Tape implements AutoCloseable {
    private static final float EPSILON = 1e-6f;

    private final Kernels kernels;
    private final Observer observer;
    private final List<Step> steps = new ArrayList<>();
    private final List<Variable> scoped = new ArrayList<>();
    private boolean recording;
    private boolean recomputing;

    /** What made a variable, and how to pass its gradient on. */
    private record Step(Variable output, List<HeldMatrix> saved, Runnable backward) {}

    /** Sees named values when they are computed; later operations may write over them. */
    @FunctionalInterface
    public interface Observer {
        /** Looks at nothing. */
        Observer NONE = (name, value) -> {};

        /** A value was computed. */
        void computed(String name, Matrix value);
    }

    private Tape(Kernels kernels, boolean recording, Observer observer) {
        this.kernels = kernels;
        this.recording = recording;
        this.observer = observer;
    }

    /** A tape that can go back. */
    public static Tape recording(Kernels kernels) {
        return new Tape(kernels, true, Observer.NONE);
    }

    /** A tape that can go back and shows what it computes. */
    public static Tape recording(Kernels kernels, Observer observer) {
        return new Tape(kernels, true, observer);
    }

    /**
     * A tape that can go back and keeps of each {@link #scope} nothing but its result: on its way back it computes the rest
     * once more, to the same bits, for a third more of the time.
     */
    public static Tape recomputing(Kernels kernels) {
        Tape tape = recording(kernels);
        tape.recomputing = true;
        return tape;
    }

    /** A tape that only computes. */
    public static Tape computing(Kernels kernels) {
        return new Tape(kernels, false, Observer.NONE);
    }

    /** The kernels that compute. */
    public Kernels kernels() {
        return kernels;
    }

    /** A constant of the given values, {@code rows} rows. */
    public Variable constant(float[] values, int rows) {
        return record(Variable.computed(HeldMatrix.allocate(kernels, values, rows), false), List.of(), () -> {});
    }

    /** Whether somebody looks at values as they are computed. */
    public boolean isObserved() {
        return observer != Observer.NONE;
    }

    /** Shows a value to the observer and returns it. */
    public Variable observe(String name, Variable value) {
        observer.computed(name, value.value());
        return value;
    }

    private HeldMatrix allocate(int rows, int columns) {
        return HeldMatrix.allocate(kernels, rows, columns);
    }

    private Variable record(Variable output, List<HeldMatrix> saved, Runnable backward) {
        if (recording) {
            steps.add(new Step(output, saved, backward));
        } else {
            scoped.add(output);
            saved.forEach(HeldMatrix::release);
        }
        return output;
    }

    /**
     * Runs a part of a network whose intermediate values nobody else needs; when not recording they are given back at its
     * end, and when {@linkplain #recomputing recomputing} until the way back.
     *
     * @param part writes over nothing that it did not compute
     */
    public Variable scope(Supplier<Variable> part) {
        if (recording && recomputing) {
            return recomputed(part);
        }
        int start = scoped.size();
        Variable result = part.get();
        if (!recording) {
            List<Variable> inside = scoped.subList(start, scoped.size());
            inside.remove(result);
            inside.forEach(Variable::release);
            inside.clear();
            scoped.add(result);
        }
        return result;
    }

    private Variable recomputed(Supplier<Variable> part) {
        recording = false;
        Variable result = scope(part);
        scoped.remove(result);
        recording = true;
        return record(result, List.of(), () -> {
            int start = steps.size();
            recomputing = false; // parts of the part are recorded now
            Variable again = part.get();
            recomputing = true;
            again.seed(result.takeGradient());
            backward(start);
        });
    }

    /** Gives back all memory of this tape. */
    @Override
    public void close() {
        for (Step step : steps) {
            step.output.release();
            step.saved.forEach(HeldMatrix::release);
        }
        steps.clear();
        scoped.forEach(Variable::release);
        scoped.clear();
    }

    /**
     * Goes back from {@code output}: every parameter that it depends on receives its gradient.
     *
     * @param gradient of the loss with respect to {@code output}
     * @throws IllegalArgumentException if the gradient is not of the output's shape
     */
    public void backward(Variable output, Matrix gradient) {
        if (gradient.rows() != output.rows() || gradient.columns() != output.columns()) {
            throw new IllegalArgumentException("gradient is " + gradient + ", must be " + output.value());
        }
        HeldMatrix seed = allocate(output.rows(), output.columns());
        kernels.copy(gradient, seed.matrix(), 0);
        output.seed(seed);
        backward(0);
    }

    /** Goes back to a number of steps. */
    private void backward(int start) {
        for (int i = steps.size() - 1; i >= start; i--) {
            Step step = steps.remove(i);
            if (step.output.hasGradient()) {
                step.backward.run();
            }
            step.output.release();
            step.saved.forEach(HeldMatrix::release);
        }
    }

    // ---- operations

    /**
     * {@code y = x weight^T + bias}; x {@code (N, I)}, weight {@code (O, I)}, however it lies, bias {@code (1, O)}, y
     * {@code (N, O)}.
     */
    public Variable linear(Variable x, Variable weight, Variable bias) {
        boolean inputsFirst = weight.isInputsFirst();
        requireColumns("linear", x, inputsFirst ? weight.rows() : weight.columns());
        HeldMatrix y = allocate(x.rows(), bias.columns());
        kernels.linear(x.value(), weight.value(), read(weight), bias.value(), y.matrix());
        return recordLinear(x, weight, bias, y);
    }

    private static Operand read(Variable weight) {
        return weight.isInputsFirst() ? Operand.PLAIN : Operand.TRANSPOSED;
    }

    private Variable recordLinear(Variable x, Variable weight, Variable bias, HeldMatrix y) {
        Variable output = Variable.computed(y, needsGradient(x, weight, bias));
        return record(output, List.of(), () -> {
            Matrix dy = output.gradient();
            if (x.needsGradient()) {
                Target dx = x.contribution(kernels);
                kernels.multiply(dy, Operand.PLAIN, weight.value(), Operand.PLAIN, dx.matrix(), dx.beta());
            }
            if (weight.needsGradient()) {
                Target dWeight = weight.contribution(kernels);
                kernels.multiply(dy, Operand.TRANSPOSED, x.value(), Operand.PLAIN, dWeight.matrix(), dWeight.beta());
                Target dBias = bias.contribution(kernels);
                kernels.sumRows(dy, dBias.matrix(), dBias.beta());
            }
        });
    }

    /** {@link #linear}, then {@link #gelu}, in one where the kernels can. */
    public Variable linearGelu(Variable x, Variable weight, Variable bias, Dropout dropout) {
        requireColumns("linear", x, weight.isInputsFirst() ? weight.rows() : weight.columns());
        HeldMatrix hidden = allocate(x.rows(), bias.columns());
        HeldMatrix y = allocate(x.rows(), bias.columns());
        kernels.linearGelu(x.value(), weight.value(), read(weight), bias.value(), dropout, hidden.matrix(), y.matrix());
        return recordGelu(recordLinear(x, weight, bias, hidden), dropout, y);
    }

    /** {@link #linear}, then {@link #residual} with x, in one where the kernels can. */
    public Variable linearResidual(Variable x, Variable input, Variable weight, Variable bias, Dropout dropout) {
        requireColumns("linear", input, weight.isInputsFirst() ? weight.rows() : weight.columns());
        HeldMatrix z = allocate(input.rows(), bias.columns());
        kernels.linearResidual(
                input.value(), weight.value(), read(weight), bias.value(), x.value(), dropout, z.matrix());
        return recordResidual(x, recordLinear(input, weight, bias, z), dropout);
    }

    /** Layer normalisation with learned {@code weight} and {@code bias} {@code (1, D)}, epsilon 1e-6. */
    public Variable layerNorm(Variable x, Variable weight, Variable bias) {
        requireColumns("layerNorm", x, weight.columns());
        HeldMatrix y = allocate(x.rows(), x.columns());
        HeldMatrix moments = allocate(x.rows(), 2);
        kernels.layerNorm(x.value(), weight.value(), bias.value(), EPSILON, moments.matrix(), y.matrix());
        Variable output = Variable.computed(y, needsGradient(x, weight, bias));
        return record(output, List.of(moments), () -> {
            Target dx = x.contribution(kernels);
            Target dWeight = weight.contribution(kernels);
            Target dBias = bias.contribution(kernels);
            kernels.layerNormBackward(
                    x.value(),
                    weight.value(),
                    moments.matrix(),
                    output.gradient(),
                    dx.matrix(),
                    dx.beta(),
                    dWeight.matrix(),
                    dBias.matrix(),
                    dWeight.beta());
        });
    }

    /** Normalisation of rows without learned parameters, epsilon 1e-6. */
    public Variable normalize(Variable x) {
        HeldMatrix y = allocate(x.rows(), x.columns());
        HeldMatrix moments = allocate(x.rows(), 2);
        kernels.normalize(x.value(), EPSILON, moments.matrix(), y.matrix());
        Variable output = Variable.computed(y, x.needsGradient());
        return record(output, List.of(moments), () -> {
            Target dx = x.contribution(kernels);
            kernels.normalizeBackward(output.value(), moments.matrix(), output.gradient(), dx.matrix(), dx.beta());
        });
    }

    /** {@code y = x (1 + scale) + shift}, all {@code (N, D)}. */
    public Variable modulate(Variable x, Variable shift, Variable scale) {
        HeldMatrix y = allocate(x.rows(), x.columns());
        kernels.modulate(x.value(), shift.value(), scale.value(), y.matrix());
        Variable output = Variable.computed(y, needsGradient(x, shift, scale));
        return record(output, List.of(), () -> {
            Target dx = first(x);
            Target dShift = first(shift);
            Target dScale = first(scale);
            kernels.modulateBackward(
                    x.value(), scale.value(), output.gradient(), dx.matrix(), dShift.matrix(), dScale.matrix());
        });
    }

    /** {@code y = x + gate u}, all {@code (N, D)}. */
    public Variable gate(Variable x, Variable gate, Variable u) {
        HeldMatrix y = allocate(x.rows(), x.columns());
        kernels.gate(x.value(), gate.value(), u.value(), y.matrix());
        Variable output = Variable.computed(y, needsGradient(x, gate, u));
        return record(output, List.of(), () -> {
            Target dGate = first(gate);
            Target du = first(u);
            kernels.gateBackward(gate.value(), u.value(), output.gradient(), dGate.matrix(), du.matrix());
            x.contribute(kernels, output.heldGradient());
        });
    }

    /**
     * Equal parts of the columns of x, each with its part of x's gradient. All of them must be used, and x not.
     *
     * @param count number of parts; divides the columns
     */
    public List<Variable> chunks(Variable x, int count) {
        int width = x.columns() / count;
        List<Variable> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(x.view(i * width, (i + 1) * width));
        }
        return parts;
    }

    /** Exact GELU, after which elements are dropped. */
    public Variable gelu(Variable x, Dropout dropout) {
        HeldMatrix y = allocate(x.rows(), x.columns());
        kernels.gelu(x.value(), dropout, y.matrix());
        return recordGelu(x, dropout, y);
    }

    private Variable recordGelu(Variable x, Dropout dropout, HeldMatrix y) {
        Variable output = Variable.computed(y, x.needsGradient());
        return record(output, List.of(), () -> {
            HeldMatrix gradient = ownGradient(output);
            kernels.geluBackward(x.value(), dropout, gradient.matrix(), gradient.matrix());
            x.contribute(kernels, gradient);
        });
    }

    /** SiLU. */
    public Variable silu(Variable x) {
        HeldMatrix y = allocate(x.rows(), x.columns());
        kernels.silu(x.value(), y.matrix());
        Variable output = Variable.computed(y, x.needsGradient());
        return record(output, List.of(), () -> {
            HeldMatrix gradient = ownGradient(output);
            kernels.siluBackward(x.value(), gradient.matrix(), gradient.matrix());
            x.contribute(kernels, gradient);
        });
    }

    /** {@code z = x + branch}; consumes the branch. */
    public Variable residual(Variable x, Variable branch) {
        return residual(x, branch, Dropout.NONE);
    }

    /** {@code z = x + branch} after elements of the branch were dropped; consumes the branch. */
    public Variable residual(Variable x, Variable branch, Dropout dropout) {
        kernels.residual(x.value(), branch.value(), dropout, branch.value());
        return recordResidual(x, branch, dropout);
    }

    private Variable recordResidual(Variable x, Variable branch, Dropout dropout) {
        Variable output = Variable.computed(memoryOf(branch), needsGradient(x, branch));
        return record(output, List.of(), () -> {
            if (dropout.isNone()) {
                branch.contribute(kernels, output.heldGradient());
            } else {
                kernels.dropout(output.gradient(), dropout, first(branch).matrix());
            }
            if (x.needsGradient()) {
                x.contribute(kernels, output.heldGradient());
            }
        });
    }

    /**
     * Multi-head attention of every sample over its own rows.
     *
     * @param qkv {@code (B T, 3 D)}
     * @param sight which rows a row sees
     * @return {@code (B T, D)}
     */
    public Variable attention(Variable qkv, int batch, int heads, Sight sight, Dropout dropout) {
        int width = qkv.columns() / 3;
        HeldMatrix y = allocate(qkv.rows(), width);
        int tokens = qkv.rows() / batch;
        HeldMatrix probabilities = HeldMatrix.of(kernels, kernels.allocateProbabilities(batch, heads, tokens, tokens));
        Matrix[] in = thirds(qkv.value());
        kernels.attention(in[0], in[1], in[2], batch, heads, sight, dropout, probabilities.matrix(), y.matrix());
        Variable output = Variable.computed(y, qkv.needsGradient());
        return record(output, List.of(probabilities), () -> {
            Matrix dy = output.gradient();
            Matrix[] d = thirds(first(qkv).matrix());
            kernels.attentionBackward(
                    in[0], in[1], in[2], batch, heads, sight, dropout, probabilities.matrix(), dy, d[0], d[1], d[2]);
        });
    }

    /**
     * Multi-head attention of one row a sample to keys and values that were computed before; nobody goes back through it.
     *
     * @param qkv {@code (B, 3 D)}, of which the queries are taken
     * @param keys {@code (B U, D)}
     * @param values {@code (B U, D)}
     * @return {@code (B, D)}
     */
    public Variable attend(Variable qkv, Matrix keys, Matrix values, int heads) {
        HeldMatrix y = allocate(qkv.rows(), keys.columns());
        HeldMatrix probabilities = allocate(qkv.rows() * heads, keys.rows() / qkv.rows());
        Matrix q = thirds(qkv.value())[0];
        kernels.attention(
                q, keys, values, q.rows(), heads, Sight.ALL, Dropout.NONE, probabilities.matrix(), y.matrix());
        return record(Variable.computed(y, false), List.of(probabilities), () -> {});
    }

    private static Matrix[] thirds(Matrix threefold) {
        int width = threefold.columns() / 3;
        return new Matrix[] {
            threefold.columns(0, width), threefold.columns(width, 2 * width), threefold.columns(2 * width, 3 * width)
        };
    }

    // ---- images

    /**
     * Convolution; see {@link Kernels#convolution}.
     *
     * @param x {@code (B H W, C)}
     * @param weight {@code (O, C k k)}
     * @param bias {@code (1, O)}
     * @return {@code (B H' W', O)}
     */
    public Variable convolution(Variable x, ConvolutionShape shape, Variable weight, Variable bias) {
        requireColumns("convolution", x, weight.columns() / shape.taps());
        requireRows("convolution", x, shape.inputRows());
        HeldMatrix y = allocate(shape.outputRows(), weight.rows());
        kernels.convolution(x.value(), shape, weight.value(), bias.value(), y.matrix());
        Variable output = Variable.computed(y, needsGradient(x, weight, bias));
        return record(output, List.of(), () -> {
            Matrix dy = output.gradient();
            if (x.needsGradient()) {
                Target dx = x.contribution(kernels);
                kernels.convolutionBackwardInput(dy, shape, weight.value(), dx.matrix(), dx.beta());
            }
            if (weight.needsGradient()) {
                Target dWeight = weight.contribution(kernels);
                kernels.convolutionBackwardWeight(x.value(), dy, shape, dWeight.matrix(), dWeight.beta());
                Target dBias = bias.contribution(kernels);
                kernels.sumRows(dy, dBias.matrix(), dBias.beta());
            }
        });
    }

    /**
     * Group normalisation with learned {@code weight} and {@code bias} {@code (1, C)} and the activation behind it.
     *
     * @param x {@code (B H W, C)}
     * @throws IllegalArgumentException if the groups do not divide the channels or the batch the rows
     */
    public Variable groupNorm(Variable x, GroupNorm norm, Variable weight, Variable bias) {
        requireColumns("groupNorm", x, weight.columns());
        if (x.columns() % norm.groups() != 0 || x.rows() % norm.batch() != 0) {
            throw new IllegalArgumentException("groupNorm: x is " + x.value() + ", its columns must be a multiple of "
                    + norm.groups() + " groups and its rows of " + norm.batch() + " images");
        }
        HeldMatrix y = allocate(x.rows(), x.columns());
        HeldMatrix moments = allocate(norm.batch() * norm.groups(), 2);
        kernels.groupNorm(x.value(), norm, weight.value(), bias.value(), moments.matrix(), y.matrix());
        Variable output = Variable.computed(y, needsGradient(x, weight, bias));
        return record(output, List.of(moments), () -> {
            Target dx = x.contribution(kernels);
            Target dWeight = weight.contribution(kernels);
            Target dBias = bias.contribution(kernels);
            kernels.groupNormBackward(
                    x.value(),
                    norm,
                    weight.value(),
                    bias.value(),
                    moments.matrix(),
                    output.gradient(),
                    dx.matrix(),
                    dx.beta(),
                    dWeight.matrix(),
                    dBias.matrix(),
                    dWeight.beta());
        });
    }

    /**
     * Every pixel twice in each direction.
     *
     * @param x {@code (B H W, C)}
     * @param width W
     * @return {@code (B 2H 2W, C)}
     */
    public Variable upsample(Variable x, int width) {
        HeldMatrix y = allocate(4 * x.rows(), x.columns());
        kernels.upsample(x.value(), width, y.matrix());
        Variable output = Variable.computed(y, x.needsGradient());
        return record(output, List.of(), () -> {
            Target dx = x.contribution(kernels);
            kernels.upsampleBackward(output.gradient(), width, dx.matrix(), dx.beta());
        });
    }

    /**
     * The columns of several values side by side.
     *
     * @param parts of the same number of rows
     */
    public Variable join(List<Variable> parts) {
        int columns = parts.stream().mapToInt(Variable::columns).sum();
        HeldMatrix y = allocate(parts.get(0).rows(), columns);
        int first = 0;
        for (Variable part : parts) {
            kernels.copy(part.value(), y.matrix().columns(first, first + part.columns()), 0);
            first += part.columns();
        }
        Variable output = Variable.computed(y, needsGradient(parts.toArray(Variable[]::new)));
        return record(output, List.of(), () -> {
            int start = 0;
            for (Variable part : parts) {
                Matrix dPart = output.gradient().columns(start, start + part.columns());
                start += part.columns();
                if (part.needsGradient()) {
                    Target target = part.contribution(kernels);
                    kernels.copy(dPart, target.matrix(), target.beta());
                }
            }
        });
    }

    // ---- rows

    /**
     * {@code y[i] = a[source[i]]} where {@code source[i]} is not negative, else {@code b[-1 - source[i]]}.
     *
     * @return {@code (source.length, D)}
     */
    public Variable pick(Variable a, Variable b, int[] source) {
        requireColumns("pick", b, a.columns());
        int[] other = Arrays.stream(source).map(i -> -1 - i).toArray();
        HeldMatrix y = allocate(source.length, a.columns());
        kernels.gatherRows(a.value(), source, y.matrix(), 0);
        kernels.gatherRows(b.value(), other, y.matrix(), 0);
        Variable output = Variable.computed(y, needsGradient(a, b));
        return record(output, List.of(), () -> {
            scatter(output, source, a);
            scatter(output, other, b);
        });
    }

    /** {@code y[i] = x[source[i]]}. */
    public Variable pick(Variable x, int[] source) {
        HeldMatrix y = allocate(source.length, x.columns());
        kernels.gatherRows(x.value(), source, y.matrix(), 0);
        Variable output = Variable.computed(y, x.needsGradient());
        return record(output, List.of(), () -> scatter(output, source, x));
    }

    /** {@code x[i] += table[index[i]]}; consumes x. */
    public Variable addRows(Variable x, Variable table, int[] index) {
        kernels.gatherRows(table.value(), index, x.value(), 1);
        Variable output = Variable.computed(memoryOf(x), needsGradient(x, table));
        return record(output, List.of(), () -> {
            scatter(output, index, table);
            x.contribute(kernels, output.heldGradient());
        });
    }

    private void scatter(Variable output, int[] index, Variable table) {
        if (table.needsGradient()) {
            Target target = table.contribution(kernels);
            if (target.beta() == 0) {
                kernels.zero(target.matrix());
            }
            kernels.scatterAddRows(output.gradient(), index, target.matrix());
        }
    }

    // ---- gradients

    /** The place for the only contribution to a gradient. */
    private Target first(Variable variable) {
        Target target = variable.contribution(kernels);
        if (target.beta() != 0) {
            throw new IllegalStateException(
                    "a matrix " + variable.value() + " is used twice where once is provided for");
        }
        return target;
    }

    /** The gradient of an output, in memory that nobody else reads. */
    private HeldMatrix ownGradient(Variable output) {
        if (output.heldGradient().hasSeveralHolders()) {
            output.contribution(kernels);
        }
        return output.heldGradient();
    }

    private static HeldMatrix memoryOf(Variable consumed) {
        HeldMatrix memory = consumed.owned();
        if (memory == null) {
            throw new IllegalArgumentException(
                    "a matrix " + consumed.value() + " that was not computed cannot be consumed");
        }
        return memory.retain();
    }

    private static boolean needsGradient(Variable... inputs) {
        for (Variable input : inputs) {
            if (input.needsGradient()) {
                return true;
            }
        }
        return false;
    }

    private static void requireRows(String operation, Variable x, int rows) {
        if (x.rows() != rows) {
            throw new IllegalArgumentException(operation + ": x is " + x.value() + ", must have " + rows + " rows");
        }
    }

    private static void requireColumns(String operation, Variable x, int columns) {
        if (x.columns() != columns) {
            throw new IllegalArgumentException(
                    operation + ": x is " + x.value() + ", must have " + columns + " columns");
        }
    }
}
