package io.github.marspark.model.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A value of the computation on a {@link Tape}, and the gradient of the loss with respect to it once the tape has come
 * back to it.
 */
public final class Variable {
    private final Matrix value;
    private final @Nullable HeldMatrix owned;
    private final boolean needsGradient;
    private final @Nullable Matrix parameterGradient;
    private final boolean inputsFirst;
    private final @Nullable Variable whole;
    private final int firstColumn;
    private boolean touched;
    private @Nullable HeldMatrix gradient;

    private Variable(
            Matrix value, @Nullable HeldMatrix owned, boolean needsGradient, @Nullable Matrix parameterGradient) {
        this(value, owned, needsGradient, parameterGradient, false, null, 0);
    }

    private Variable(
            Matrix value,
            @Nullable HeldMatrix owned,
            boolean needsGradient,
            @Nullable Matrix parameterGradient,
            boolean inputsFirst,
            @Nullable Variable whole,
            int firstColumn) {
        this.value = value;
        this.owned = owned;
        this.needsGradient = needsGradient;
        this.parameterGradient = parameterGradient;
        this.inputsFirst = inputsFirst;
        this.whole = whole;
        this.firstColumn = firstColumn;
    }

    /** A value that the loss is not differentiated by. */
    public static Variable constant(Matrix value) {
        return new Variable(value, null, false, null);
    }

    /**
     * A copy of a weight {@code (O, I)} of {@link Tape#linear} that lies in memory as {@code (I, O)}, which products of few
     * rows read twice as fast; the loss is not differentiated by it.
     */
    public static Variable inputsFirst(Matrix weight) {
        return new Variable(weight.transposed(), null, false, null, true, null, 0);
    }

    /** Whether this is a weight that lies as {@code (I, O)}. */
    boolean isInputsFirst() {
        return inputsFirst;
    }

    /** A learned value; its gradient is written to {@code gradient}. */
    public static Variable parameter(Matrix value, Matrix gradient) {
        return new Variable(value, null, true, gradient);
    }

    /** The result of an operation, in memory of its own. */
    static Variable computed(HeldMatrix value, boolean needsGradient) {
        return new Variable(value.matrix(), value, needsGradient, null);
    }

    /**
     * Columns {@code from} to {@code to} of this variable, whose gradient is those columns of this variable's. All columns
     * must be seen by one view each, and this variable be used by nobody else.
     */
    Variable view(int from, int to) {
        return new Variable(value.columns(from, to), null, needsGradient, null, false, this, from);
    }

    /** The value. */
    public Matrix value() {
        return value;
    }

    /** Number of rows of the value. */
    public int rows() {
        return value.rows();
    }

    /** Number of columns of the value. */
    public int columns() {
        return value.columns();
    }

    boolean needsGradient() {
        return needsGradient;
    }

    /** The memory of the value; null where it is not the tape's. */
    @Nullable
    HeldMatrix owned() {
        return owned;
    }

    /**
     * The gradient of the loss with respect to this value.
     *
     * @throws IllegalStateException before the tape has computed it
     */
    public Matrix gradient() {
        if (parameterGradient != null) {
            return parameterGradient;
        }
        return whole != null ? columnsOf(whole.gradient()) : heldGradient().matrix();
    }

    /** Whether a contribution to the gradient has arrived since it was last forgotten. */
    public boolean hasGradient() {
        boolean elsewhere = parameterGradient != null || whole != null;
        return elsewhere ? touched : gradient != null;
    }

    /** Makes the next contribution overwrite a parameter's gradient, where the ones after it add to it. */
    public void forgetGradient() {
        touched = false;
    }

    /** Where a contribution is to be written, and what multiplies what is there. */
    record Target(Matrix matrix, float beta) {}

    /** The place for the next contribution to this variable's gradient. */
    Target contribution(Kernels kernels) {
        if (parameterGradient != null) {
            float beta = touched ? 1 : 0;
            touched = true;
            return new Target(parameterGradient, beta);
        }
        if (whole != null) {
            float beta = touched ? 1 : 0;
            touched = true;
            return new Target(columnsOf(whole.gradientOfViews(kernels)), beta);
        }
        HeldMatrix before = gradient;
        if (before != null && !before.hasSeveralHolders()) {
            return new Target(before.matrix(), 1);
        }
        HeldMatrix fresh = HeldMatrix.allocate(kernels, rows(), columns());
        gradient = fresh;
        if (before == null) {
            return new Target(fresh.matrix(), 0);
        }
        kernels.copy(before.matrix(), fresh.matrix(), 0);
        before.release();
        return new Target(fresh.matrix(), 1);
    }

    private Matrix columnsOf(Matrix ofWhole) {
        return ofWhole.columns(firstColumn, firstColumn + columns());
    }

    /** The gradient, which the views of this variable write column by column. */
    private Matrix gradientOfViews(Kernels kernels) {
        touched = true;
        if (parameterGradient != null) {
            return parameterGradient;
        }
        if (gradient == null) {
            gradient = HeldMatrix.allocate(kernels, rows(), columns());
        }
        return gradient.matrix();
    }

    /** Adds a contribution that exists already, sharing it where there is none yet. */
    void contribute(Kernels kernels, HeldMatrix contribution) {
        if (parameterGradient == null && whole == null && gradient == null) {
            gradient = contribution.retain();
        } else {
            Target target = contribution(kernels);
            kernels.copy(contribution.matrix(), target.matrix(), target.beta());
        }
    }

    /** The gradient with its holders. */
    HeldMatrix heldGradient() {
        if (gradient == null) {
            throw new IllegalStateException("the gradient of a matrix " + value + " was not computed");
        }
        return gradient;
    }

    /** Gives the gradient up to who goes on with it. */
    HeldMatrix takeGradient() {
        HeldMatrix taken = heldGradient();
        gradient = null;
        return taken;
    }

    /** Starts the tape's way back here. */
    void seed(HeldMatrix seed) {
        gradient = seed;
    }

    /** Gives up the gradient and the value. */
    void release() {
        if (gradient != null) {
            gradient.release();
            gradient = null;
        }
        if (owned != null) {
            owned.release();
        }
    }
}
