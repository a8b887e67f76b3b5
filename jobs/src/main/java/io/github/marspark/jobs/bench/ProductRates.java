package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.bench.OperationMeter.Product;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Kernels.Operand;
import io.github.marspark.model.tensor.Matrix;
import java.util.Arrays;
import java.util.Map;

/** The matrix products of a training step and nothing else: how fast the step could be. Not thread-safe. */
final class ProductRates {
    private final Kernels kernels;
    private final Map<Product, Integer> products;

    /**
     * Products of random matrices.
     *
     * @param products each, and how often a step computes it
     */
    ProductRates(Kernels kernels, Map<Product, Integer> products) {
        this.kernels = kernels;
        this.products = products;
    }

    /** Floating-point operations of all of them. */
    double operations() {
        return products.entrySet().stream()
                .mapToDouble(entry -> entry.getKey().operations() * entry.getValue())
                .sum();
    }

    /** Computes all of them. */
    void run() {
        products.forEach(this::run);
    }

    /** Computes one of them several times. */
    void run(Product product, int times) {
        Matrix a = product.readA() == Operand.PLAIN
                ? filled(product.rows(), product.inner())
                : filled(product.inner(), product.rows());
        Matrix b = product.readB() == Operand.PLAIN
                ? filled(product.inner(), product.columns())
                : filled(product.columns(), product.inner());
        Matrix c = kernels.allocate(product.rows(), product.columns());
        for (int i = 0; i < times; i++) {
            kernels.multiply(a, product.readA(), b, product.readB(), c, 0);
        }
        kernels.release(a);
        kernels.release(b);
        kernels.release(c);
    }

    private Matrix filled(int rows, int columns) {
        Matrix matrix = kernels.allocate(rows, columns);
        float[] row = new float[columns];
        Arrays.fill(row, 0.5f);
        Matrix filled = kernels.allocate(row, 1);
        kernels.fillRows(filled, matrix);
        kernels.release(filled);
        return matrix;
    }
}
