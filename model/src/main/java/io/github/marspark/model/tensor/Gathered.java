package io.github.marspark.model.tensor;

import org.bytedeco.javacpp.FloatPointer;

/** Pixels of some rows of an image, put together so that their convolution is a sum of matrix products. */
interface Gathered {
    /**
     * Gathers what some rows of an output image are computed from.
     *
     * @param from first row of the output image
     * @param to one past the last
     */
    void load(int image, int from, int to);

    /** Number of products. */
    int count();

    /** The left factor of a product, a row for each output pixel without gaps. */
    FloatPointer factor(int product);

    /** Columns of the left factor. */
    int inner();

    /** The tap of the kernel that a product is for, or the first of several. */
    int tap(int product);
}
