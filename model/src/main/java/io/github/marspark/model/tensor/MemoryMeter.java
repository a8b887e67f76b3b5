package io.github.marspark.model.tensor;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Counts the memory that a tape on {@link CpuKernels} or {@link CudaKernels} would take, without taking it: kernels that
 * hand out matrices as those do, by the same {@link Arena}, and compute nothing. Not thread-safe.
 */
public final class MemoryMeter {
    private static final long ENDLESS = 1L << 60;

    private final Arena arena = new Arena(length -> nothing());
    private final Kernels kernels;
    private final boolean onGpu;

    /** A meter of a processor's memory that has counted nothing. */
    public static MemoryMeter ofProcessor() {
        return new MemoryMeter(false);
    }

    /** A meter of a GPU's memory that has counted nothing. */
    public static MemoryMeter ofGpu() {
        return new MemoryMeter(true);
    }

    private MemoryMeter(boolean onGpu) {
        this.onGpu = onGpu;
        if (onGpu) {
            arena.reserve(ENDLESS);
        }
        InvocationHandler counting = this::call;
        this.kernels = (Kernels)
                Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, counting);
    }

    /** Kernels whose matrices have no memory: their values must be neither read nor written. */
    public Kernels kernels() {
        return kernels;
    }

    /** Bytes of the slabs that were asked for so far; on a GPU, of the one slab that would have held all. */
    public long bytes() {
        return (onGpu ? arena.highest() : arena.capacity()) * Float.BYTES;
    }

    /**
     * A learned value without memory, which is not counted.
     *
     * @param rows its rows
     * @param columns its columns
     */
    public static Variable parameter(int rows, int columns) {
        return Variable.parameter(without(rows, columns), without(rows, columns));
    }

    private static Matrix without(int rows, int columns) {
        return new Matrix(nothing(), 0, rows, columns, columns);
    }

    private static MatrixStorage nothing() {
        return new ArrayStorage(Nd4j.scalar(DataType.FLOAT, 0));
    }

    private @Nullable Object call(Object proxy, Method method, @Nullable Object @Nullable [] given) {
        @Nullable Object[] arguments = given == null ? new Object[0] : given;
        return switch (method.getName()) {
            case "threads" -> new Threads(1);
            case "losses" -> onGpu ? Optional.of(new CountedLosses()) : Optional.empty();
            case "allocate" ->
                arguments[0] instanceof float[] values
                        ? arena.allocate(number(arguments[1]), values.length / number(arguments[1]))
                        : arena.allocate(number(arguments[0]), number(arguments[1]));
            case "allocateProbabilities" ->
                onGpu
                        ? arena.allocate(1, 1)
                        : arena.allocate(
                                number(arguments[0]) * number(arguments[1]) * number(arguments[2]),
                                number(arguments[3]));
            case "attention", "attentionBackward", "sumRows", "layerNormBackward" -> {
                if (onGpu) {
                    putAside(method.getName(), (Matrix) Objects.requireNonNull(arguments[0]), arguments);
                }
                yield null;
            }
            case "release" -> {
                arena.release((Matrix) Objects.requireNonNull(arguments[0]));
                yield null;
            }
            default -> null;
        };
    }

    /** What losses put aside on a GPU. */
    private final class CountedLosses implements Losses {
        @Override
        public DoubleSupplier diffusion(
                Matrix output, float[] clean, float[] noise, int[] timesteps, double[] table, Matrix gradient) {
            int rows = timesteps.length;
            Matrix first = arena.allocate(rows, clean.length / rows);
            Matrix second = arena.allocate(rows, noise.length / rows);
            arena.release(arena.allocate(rows, 2));
            arena.release(second);
            arena.release(first);
            return () -> 0;
        }

        @Override
        public DoubleSupplier crossEntropy(Matrix logits, int[] ids, Matrix gradient) {
            arena.release(arena.allocate(ids.length, 2));
            return () -> 0;
        }
    }

    /** What a GPU puts aside for the time of an operation whose first matrix is x. */
    private void putAside(String operation, Matrix x, @Nullable Object[] arguments) {
        switch (operation) {
            case "attention" -> scores(x, number(arguments[3]), number(arguments[4]), 1);
            case "attentionBackward" -> scores(x, number(arguments[3]), number(arguments[4]), 2);
            case "sumRows" -> partialSums(x, 1);
            default -> partialSums(x, 2);
        }
    }

    private void partialSums(Matrix x, int sums) {
        int blocks = (x.rows() + CudaOperations.SUM_ROWS - 1) / CudaOperations.SUM_ROWS;
        arena.release(arena.allocate(blocks, sums * x.columns()));
    }

    /** The scores of an attention, from the queries {@code (B T, D)}: once forward, twice on the way back. */
    private void scores(Matrix q, int batch, int heads, int times) {
        int tokens = q.rows() / batch;
        int rows = CudaAttention.samplesAtOnce(q, q, batch, heads) * heads * tokens;
        Matrix weights = arena.allocate(rows, tokens);
        if (times == 2) {
            Matrix gradient = arena.allocate(rows, tokens);
            arena.release(arena.allocate(rows / heads, Math.toIntExact(q.stride())));
            arena.release(gradient);
        }
        arena.release(weights);
    }

    private static int number(@Nullable Object argument) {
        return (int) Objects.requireNonNull(argument);
    }
}
