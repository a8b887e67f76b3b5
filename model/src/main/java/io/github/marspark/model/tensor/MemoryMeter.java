package io.github.marspark.model.tensor;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Counts the memory that a tape on {@link CpuKernels} would take, without taking it: kernels that hand out matrices as
 * those do, by the same {@link Arena}, and compute nothing. Not thread-safe.
 */
public final class MemoryMeter {
    private final Arena arena = new Arena(length -> nothing());
    private final Kernels kernels;

    /** A meter that has counted nothing. */
    public MemoryMeter() {
        InvocationHandler counting = this::call;
        this.kernels = (Kernels)
                Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, counting);
    }

    /** Kernels whose matrices have no memory: their values must be neither read nor written. */
    public Kernels kernels() {
        return kernels;
    }

    /** Bytes of the slabs that were asked for so far. */
    public long bytes() {
        return arena.capacity() * Float.BYTES;
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

    private static Storage nothing() {
        return new ArrayStorage(Nd4j.scalar(DataType.FLOAT, 0));
    }

    private @Nullable Object call(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        if (arguments == null) {
            return method.getName().equals("threads") ? new Threads(1) : null;
        }
        return switch (method.getName()) {
            case "allocate" ->
                arguments[0] instanceof float[] values
                        ? arena.allocate(number(arguments[1]), values.length / number(arguments[1]))
                        : arena.allocate(number(arguments[0]), number(arguments[1]));
            case "allocateProbabilities" ->
                arena.allocate(
                        number(arguments[0]) * number(arguments[1]) * number(arguments[2]), number(arguments[3]));
            case "release" -> {
                arena.release((Matrix) Objects.requireNonNull(arguments[0]));
                yield null;
            }
            default -> null;
        };
    }

    private static int number(@Nullable Object argument) {
        return (int) Objects.requireNonNull(argument);
    }
}
