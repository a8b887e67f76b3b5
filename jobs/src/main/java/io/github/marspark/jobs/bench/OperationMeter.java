package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Kernels.Operand;
import io.github.marspark.model.tensor.Matrix;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Stands before kernels: sees which products they compute, and how long each operation takes. Not thread-safe. */
final class OperationMeter {
    /**
     * A matrix product {@code (rows, inner) (inner, columns)}.
     *
     * @param readA how the left factor lies in memory
     * @param readB how the right one does
     */
    record Product(int rows, int columns, int inner, Operand readA, Operand readB) {
        /** Floating-point operations: a multiplication and an addition each. */
        double operations() {
            return 2.0 * rows * columns * inner;
        }

        @Override
        public String toString() {
            return "%d x %d x %d %s%s".formatted(rows, inner, columns, letter(readA), letter(readB));
        }

        private static char letter(Operand read) {
            return read == Operand.PLAIN ? 'n' : 't';
        }
    }

    private final Map<Product, Integer> products = new LinkedHashMap<>();
    private final Map<String, Long> nanos = new TreeMap<>();
    private double operations;

    /** The same kernels, seen by this meter. */
    Kernels watch(Kernels kernels) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            count(method.getName(), arguments);
            return timed(kernels, method, arguments);
        };
        return (Kernels)
                Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, handler);
    }

    private @Nullable Object timed(Kernels kernels, Method method, Object @Nullable [] arguments) throws Throwable {
        long begin = System.nanoTime();
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            nanos.merge(method.getName(), System.nanoTime() - begin, Long::sum);
        }
    }

    private void count(String operation, Object @Nullable [] arguments) {
        if (arguments == null) {
            return;
        }
        switch (operation) {
            case "multiply" -> {
                Matrix a = (Matrix) arguments[0];
                Matrix c = (Matrix) arguments[4];
                Operand readA = (Operand) arguments[1];
                int inner = readA == Operand.PLAIN ? a.columns() : a.rows();
                add(new Product(c.rows(), c.columns(), inner, readA, (Operand) arguments[3]));
            }
            case "linear" -> {
                Matrix x = (Matrix) arguments[0];
                Matrix y = (Matrix) arguments[4];
                add(new Product(y.rows(), y.columns(), x.columns(), Operand.PLAIN, (Operand) arguments[2]));
            }
            case "attention" -> operations += 2 * attentionProduct(arguments);
            case "attentionBackward" -> operations += 4 * attentionProduct(arguments);
            default -> {}
        }
    }

    private void add(Product product) {
        products.merge(product, 1, Integer::sum);
        operations += product.operations();
    }

    /** Operations of {@code q k^T}, of which attention has two forward and four back. */
    private static double attentionProduct(Object[] arguments) {
        Matrix q = (Matrix) arguments[0];
        Matrix k = (Matrix) arguments[1];
        return 2.0 * q.size() * (k.rows() / (Integer) arguments[3]);
    }

    /** Each product that was computed, and how often. */
    Map<Product, Integer> products() {
        return products;
    }

    /** Floating-point operations of all products, attention's among them. */
    double operations() {
        return operations;
    }

    /** Seconds spent in each operation. */
    Map<String, Double> seconds() {
        Map<String, Double> seconds = new TreeMap<>();
        nanos.forEach((name, time) -> seconds.put(name, time / 1e9));
        return seconds;
    }
}
