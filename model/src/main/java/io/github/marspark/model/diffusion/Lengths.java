package io.github.marspark.model.diffusion;

/** The checks of array lengths that the loss and the sampler share. */
final class Lengths {
    private Lengths() {}

    static int width(String name, int length, int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("the number of rows is " + rows + ", must be at least 1");
        }
        if (length == 0 || length % rows != 0) {
            throw new IllegalArgumentException(
                    "%s has %s values, must be a positive multiple of the %s rows".formatted(name, length, rows));
        }
        return length / rows;
    }

    static void require(String name, int length, String rule, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    "%s has %s values, must have %s: %s".formatted(name, length, expected, rule));
        }
    }
}
