package io.github.marspark.model.evaluation;

import java.util.stream.IntStream;

/** Features in memory. Immutable as long as nobody writes to the array; thread-safe. */
public final class FeatureTable implements Features {
    private final double[] values;
    private final int dimension;

    /**
     * Wraps values without copying them.
     *
     * @param values {@code (N, D)}
     * @param dimension D
     * @throws IllegalArgumentException if the values are not whole vectors
     */
    public FeatureTable(double[] values, int dimension) {
        if (dimension < 1 || values.length % dimension != 0) {
            throw new IllegalArgumentException(
                    "features have " + values.length + " values, must have a multiple of the dimension " + dimension);
        }
        this.values = values;
        this.dimension = dimension;
    }

    /**
     * Features that a network computed.
     *
     * @param values {@code (N, D)}, copied
     * @param dimension D
     * @throws IllegalArgumentException if the values are not whole vectors
     */
    public static FeatureTable of(float[] values, int dimension) {
        double[] exact = new double[values.length];
        for (int i = 0; i < exact.length; i++) {
            exact[i] = values[i];
        }
        return new FeatureTable(exact, dimension);
    }

    /**
     * Reads the vector of an image.
     *
     * @param target receives {@code (D)}
     * @throws IllegalArgumentException if a number is not finite, naming the image
     */
    static void read(Features features, int image, double[] target) {
        features.read(image, target, 0);
        for (int i = 0; i < features.dimension(); i++) {
            if (!Double.isFinite(target[i])) {
                throw new IllegalArgumentException(
                        "feature " + i + " of image " + image + " is " + target[i] + ", must be finite");
            }
        }
    }

    /**
     * Reads the vectors of images whose numbers follow one another.
     *
     * @param first number of the first image
     * @param end number behind the last
     * @return {@code (end - first, D)}, new arrays
     * @throws IllegalArgumentException if a number is not finite, naming the image
     */
    static double[][] rows(Features features, int first, int end) {
        return rows(features, IntStream.range(first, end).toArray());
    }

    /**
     * Reads the vectors of some images.
     *
     * @param images numbers of the images, N of them
     * @return {@code (N, D)}, new arrays
     * @throws IllegalArgumentException if a number is not finite, naming the image
     */
    static double[][] rows(Features features, int[] images) {
        double[][] rows = new double[images.length][features.dimension()];
        for (int i = 0; i < rows.length; i++) {
            read(features, images[i], rows[i]);
        }
        return rows;
    }

    /**
     * Checks that two sets have vectors of the same dimension.
     *
     * @throws IllegalArgumentException if they have not
     */
    static void sameDimension(Features one, Features other) {
        if (one.dimension() != other.dimension()) {
            throw new IllegalArgumentException("features have " + one.dimension() + " and " + other.dimension()
                    + " dimensions, must have the same");
        }
    }

    @Override
    public int count() {
        return values.length / dimension;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public void read(int image, double[] target, int offset) {
        System.arraycopy(values, image * dimension, target, offset, dimension);
    }
}
