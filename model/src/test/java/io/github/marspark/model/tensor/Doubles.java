package io.github.marspark.model.tensor;

/**
 * A copy of a matrix in double precision.
 *
 * @param values {@code rows * columns} of them, row after row
 */
record Doubles(int rows, int columns, double[] values) {
    /** The values of a matrix of float32 or float64. */
    static Doubles of(Matrix matrix) {
        return new HostValues().read(matrix);
    }

    /** Rows as columns. */
    Doubles transposed() {
        double[] turned = new double[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return new Doubles(columns, rows, turned);
    }

    double at(int row, int column) {
        return values[row * columns + column];
    }
}
